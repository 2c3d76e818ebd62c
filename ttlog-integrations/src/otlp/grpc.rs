//! [`Grpc`]: OTLP over gRPC.
//!
//! tonic needs a runtime. This one is the sink's own, and runs on the sink's thread only, while that waits for an answer: nobody else has to have one.

use std::error::Error;
use std::io;
use std::time::Duration;

use prost::Message;
use prost::bytes::{Buf, BufMut, Bytes};
use tokio::runtime::Runtime;
use tonic::client;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Extensions, Request, Status};

use super::answer::{Answer, RpcStatus, shown};
use super::retry_info::retry_delay;
use super::settings::{Compression, Settings, Target};
use super::signal::Signal;
use super::transport::Transport;

/// How often the runtime is given the way before a request: once to hear of what came over the network, once to let the connection's tasks act on it, and once more for those that
/// they wake.
const YIELDS: usize = 3;

/// A connection for each signal, made when it is needed.
#[derive(Debug)]
pub(super) struct Grpc {
    runtime: Runtime,
    logs: Client,
    traces: Client,
}

#[derive(Debug)]
struct Client {
    endpoint: Endpoint,
    /// Its task is one of the runtime that it is made in.
    channel: Option<Channel>,
    metadata: MetadataMap,
    /// `None` where there is no limit.
    timeout: Option<Duration>,
    compression: Compression,
}

impl Grpc {
    pub(super) fn new(settings: &Settings) -> io::Result<Grpc> {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        Ok(Grpc {
            runtime: builder.enable_io().enable_time().build()?,
            logs: Client::new(&settings.logs)?,
            traces: Client::new(&settings.traces)?,
        })
    }
}

impl Transport for Grpc {
    fn send(&mut self, signal: Signal, request: Vec<u8>) -> Answer {
        let client = match signal {
            Signal::Logs => &mut self.logs,
            Signal::Traces => &mut self.traces,
        };
        self.runtime.block_on(client.send(signal, request))
    }
}

impl Client {
    fn new(target: &Target) -> io::Result<Client> {
        let endpoint = Endpoint::from(target.endpoint.clone());
        let endpoint = match target.timeout {
            Some(timeout) => endpoint.connect_timeout(timeout),
            None => endpoint,
        };
        let endpoint = endpoint
            .user_agent(concat!("ttlog/", env!("CARGO_PKG_VERSION")))
            .map_err(io::Error::other)?;
        #[cfg(feature = "otlp-tls")]
        let endpoint = match target.endpoint.scheme_str() {
            Some("https") => {
                let config = target.tls.for_grpc();
                endpoint.tls_config(config).map_err(io::Error::other)?
            }
            _ => endpoint,
        };
        Ok(Client {
            endpoint,
            channel: None,
            metadata: MetadataMap::from_headers(target.headers.clone()),
            timeout: target.timeout,
            compression: target.compression,
        })
    }

    async fn send(&mut self, signal: Signal, request: Vec<u8>) -> Answer {
        let timeout = self.timeout;
        let exchange = self.exchange(signal, request);
        // tonic's own timeout doesn't count the time of the connection.
        let result = match timeout {
            None => exchange.await,
            Some(timeout) => match tokio::time::timeout(timeout, exchange).await {
                Ok(result) => result,
                Err(elapsed) => Err(Status::deadline_exceeded(elapsed.to_string())),
            },
        };
        match result {
            Ok(answer) => match signal.rejected(&answer) {
                Ok((rejected, why)) => Answer::Accepted { rejected, why },
                Err(error) => Answer::Refused(format!("not the answer of an OTLP server: {error}")),
            },
            Err(status) => failed(&status),
        }
    }

    async fn exchange(&mut self, signal: Signal, request: Vec<u8>) -> Result<Bytes, Status> {
        // Since the last request nobody has looked at the connection. Its task is let see first that the server has ended it, say.
        for _ in 0..YIELDS {
            tokio::task::yield_now().await;
        }
        let connect = || self.endpoint.connect_lazy();
        let channel = self.channel.get_or_insert_with(connect);
        let mut client = client::Grpc::new(channel.clone());
        if self.compression == Compression::Gzip {
            client = client.send_compressed(CompressionEncoding::Gzip);
        }
        let unavailable = |error| Status::unavailable(format!("{error}"));
        client.ready().await.map_err(unavailable)?;
        let request = Request::from_parts(
            self.metadata.clone(),
            Extensions::default(),
            Bytes::from(request),
        );
        let method = PathAndQuery::from_static(signal.method());
        let response = client.unary(request, method, Verbatim).await?;
        Ok(response.into_inner())
    }
}

fn failed(status: &Status) -> Answer {
    // "transport error" alone says little.
    let root = std::iter::successors(status.source(), |error| (*error).source()).last();
    let why = match root.map(ToString::to_string) {
        Some(root) if !status.message().contains(&root) => format!("{}: {root}", status.message()),
        _ => shown(status.message()),
    };
    let why = format!("{:?}: {why}", status.code());
    let details = RpcStatus::decode(status.details()).unwrap_or_default();
    let after = retry_delay(&details);
    match status.code() {
        Code::ResourceExhausted if after.is_none() => Answer::TooLarge(why),
        // What tonic's servers say of a message that is too large.
        Code::OutOfRange => Answer::TooLarge(why),
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::ResourceExhausted
        | Code::Aborted
        | Code::Unavailable
        | Code::DataLoss => Answer::TryLater { after, why },
        // A connection that broke.
        Code::Unknown if status.source().is_some() => Answer::TryLater { after, why },
        _ => Answer::Refused(why),
    }
}

/// Messages are bytes here already, and answers are read elsewhere.
#[derive(Debug, Default)]
struct Verbatim;

impl Codec for Verbatim {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Verbatim;
    type Decoder = Verbatim;

    fn encoder(&mut self) -> Verbatim {
        Verbatim
    }

    fn decoder(&mut self) -> Verbatim {
        Verbatim
    }
}

impl Encoder for Verbatim {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Verbatim {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
