//! As much of a server of HTTP/1.1 as the tests need: a thread for each connection, requests with a length.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::collector::{Reply, Shared};
use crate::received::Received;

/// Serves until what it gives is called.
pub(crate) fn serve(
    address: SocketAddr,
    tls: Option<Arc<ServerConfig>>,
    shared: Arc<Shared>,
) -> (SocketAddr, Box<dyn FnOnce() + Send>) {
    let listener = TcpListener::bind(address).expect("the address is free");
    let address = listener.local_addr().expect("it is bound");
    let connections = Arc::<Mutex<Vec<TcpStream>>>::default();
    let open = connections.clone();
    let listening = thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { continue };
            if shared.has_ended() {
                return;
            }
            let copy = stream.try_clone().expect("a descriptor");
            open.lock().unwrap().push(copy);
            let (shared, tls) = (shared.clone(), tls.clone());
            thread::spawn(move || {
                let _ = match tls {
                    None => converse(&stream, &shared),
                    Some(tls) => {
                        let connection = ServerConnection::new(tls).expect("a connection");
                        converse(StreamOwned::new(connection, &stream), &shared)
                    }
                };
                let _ = stream.shutdown(Shutdown::Both);
            });
        }
    });
    let end = move || {
        // A last connection, so that it notices.
        let _ = TcpStream::connect(address);
        let _ = listening.join();
        for stream in connections.lock().unwrap().iter() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    };
    (address, Box::new(end))
}

/// Answers one request after the other.
fn converse(stream: impl Read + Write, shared: &Shared) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(received) = read(&mut reader)? {
        let is_logs = received.path.ends_with("logs");
        let bytes = match shared.reply(received) {
            Reply::Accept => success(is_logs, 0, ""),
            Reply::Partial(rejected, why) => success(is_logs, rejected, why),
            Reply::Status(status, headers, body) => answer(status, &headers, &body),
            Reply::Raw(bytes) => {
                reader.get_mut().write_all(bytes)?;
                return reader.get_mut().flush();
            }
            Reply::Hang => {
                shared.wait_for_end();
                return Ok(());
            }
            Reply::Code(..) => panic!("a code is an answer of gRPC"),
        };
        reader.get_mut().write_all(&bytes)?;
        reader.get_mut().flush()?;
    }
    Ok(())
}

fn success(is_logs: bool, rejected: i64, why: &str) -> Vec<u8> {
    let is_partial = rejected > 0 || !why.is_empty();
    let error_message = why.to_owned();
    let body = match is_logs {
        true => ExportLogsServiceResponse {
            partial_success: is_partial.then_some(ExportLogsPartialSuccess {
                rejected_log_records: rejected,
                error_message,
            }),
        }
        .encode_to_vec(),
        false => ExportTraceServiceResponse {
            partial_success: is_partial.then_some(ExportTracePartialSuccess {
                rejected_spans: rejected,
                error_message,
            }),
        }
        .encode_to_vec(),
    };
    let kind = ("content-type", "application/x-protobuf".to_owned());
    answer(200, &[kind], &body)
}

fn answer(status: u16, headers: &[(&str, String)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    [head.as_bytes(), body].concat()
}

/// The next request; `None` at the end.
fn read(reader: &mut impl BufRead) -> io::Result<Option<Received>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut received = Received {
        path: line.split(' ').nth(1).unwrap_or_default().to_owned(),
        ..Received::default()
    };
    assert!(line.starts_with("POST "), "{line}");
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        let value = value.trim().to_owned();
        received.headers.insert(name.to_ascii_lowercase(), value);
    }
    let length = received.headers["content-length"]
        .parse()
        .expect("a length");
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    if received
        .headers
        .get("content-encoding")
        .is_some_and(|coding| coding == "gzip")
    {
        let mut whole = Vec::new();
        GzDecoder::new(&*body).read_to_end(&mut whole)?;
        body = whole;
    }
    assert_eq!(received.headers["content-type"], "application/x-protobuf");
    received.bytes = body.len();
    if received.path.ends_with("logs") {
        received.logs = ExportLogsServiceRequest::decode(&*body).expect("logs");
    } else {
        received.traces = ExportTraceServiceRequest::decode(&*body).expect("traces");
    }
    Ok(Some(received))
}
