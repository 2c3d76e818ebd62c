//! The same over gRPC: the official services on a runtime of their own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{
    LogsService, LogsServiceServer,
};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use tokio::sync::oneshot;
use tonic::codec::CompressionEncoding;
use tonic::metadata::KeyAndValueRef;
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Server, ServerTlsConfig};
use tonic::{Request, Response, Status, async_trait};

use crate::collector::{Reply, Shared};
use crate::received::Received;

/// Serves until what it gives is called.
pub(crate) fn serve(
    address: SocketAddr,
    largest: usize,
    tls: Option<ServerTlsConfig>,
    shared: Arc<Shared>,
) -> (SocketAddr, Box<dyn FnOnce() + Send>) {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().expect("a runtime");
    let entered = runtime.enter();
    let incoming = TcpIncoming::bind(address).expect("the address is free");
    let address = incoming.local_addr().expect("it is bound");
    drop(entered);
    let (end, ended) = oneshot::channel::<()>();
    let serving = thread::spawn(move || {
        let service = Service(shared);
        let logs = LogsServiceServer::new(service.clone())
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(largest);
        let traces = TraceServiceServer::new(service)
            .accept_compressed(CompressionEncoding::Gzip)
            .max_decoding_message_size(largest);
        let routes = Routes::new(logs).add_service(traces);
        let mut server = Server::builder();
        if let Some(tls) = tls {
            server = server.tls_config(tls).expect("an identity");
        }
        let served = server.add_routes(routes).serve_with_incoming(incoming);
        runtime.block_on(async {
            tokio::select! {
                result = served => result.expect("it serves"),
                _ = ended => {}
            }
        });
        // With the runtime its connections end.
    });
    let end = move || {
        let _ = end.send(());
        let _ = serving.join();
    };
    (address, Box::new(end))
}

#[derive(Clone)]
struct Service(Arc<Shared>);

impl Service {
    /// How many records are rejected, and why.
    async fn reply(&self, received: Received) -> Result<(i64, String), Status> {
        match self.0.reply(received) {
            Reply::Accept => Ok((0, String::new())),
            Reply::Partial(rejected, why) => Ok((rejected, why.to_owned())),
            Reply::Code(code, why, details) => Err(Status::with_details(code, why, details.into())),
            Reply::Hang => std::future::pending().await,
            Reply::Status(..) | Reply::Raw(_) => panic!("that is an answer of HTTP"),
        }
    }
}

fn received<T: Message>(request: &Request<T>, path: &str) -> Received {
    let pairs = request.metadata().iter().filter_map(|pair| match pair {
        KeyAndValueRef::Ascii(name, value) => {
            Some((name.to_string(), value.to_str().ok()?.to_owned()))
        }
        KeyAndValueRef::Binary(..) => None,
    });
    Received {
        path: path.to_owned(),
        headers: pairs.collect(),
        bytes: request.get_ref().encoded_len(),
        ..Received::default()
    }
}

#[async_trait]
impl LogsService for Service {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let mut received = received(&request, "logs");
        received.logs = request.into_inner();
        let (rejected_log_records, error_message) = self.reply(received).await?;
        Ok(Response::new(ExportLogsServiceResponse {
            partial_success: Some(ExportLogsPartialSuccess {
                rejected_log_records,
                error_message,
            }),
        }))
    }
}

#[async_trait]
impl TraceService for Service {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut received = received(&request, "traces");
        received.traces = request.into_inner();
        let (rejected_spans, error_message) = self.reply(received).await?;
        Ok(Response::new(ExportTraceServiceResponse {
            partial_success: Some(ExportTracePartialSuccess {
                rejected_spans,
                error_message,
            }),
        }))
    }
}
