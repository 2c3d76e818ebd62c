//! [`Transport`]: how requests reach a server.

use std::io;

use super::answer::Answer;
use super::http::Http;
use super::settings::{Protocol, Settings};
use super::signal::Signal;

/// Brings requests to a server, one at a time, and waits for the answer for as long as the settings say.
pub(super) trait Transport: Send {
    fn send(&mut self, signal: Signal, request: Vec<u8>) -> Answer;
}

/// The one that the settings name. It connects when there is something to send.
pub(super) fn new(settings: &Settings) -> io::Result<Box<dyn Transport>> {
    Ok(match settings.protocol {
        Protocol::HttpProtobuf => Box::new(Http::new(settings)),
        #[cfg(feature = "otlp-grpc")]
        Protocol::Grpc => Box::new(super::grpc::Grpc::new(settings)?),
    })
}
