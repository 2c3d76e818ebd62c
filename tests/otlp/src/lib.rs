//! A server of OTLP for tests: it decodes what it is sent with the official definitions, keeps it, and answers as a test says.

mod collector;
mod grpc;
mod http;
mod identity;
mod received;

pub use collector::{Collector, PATIENCE, Reply};
pub use identity::Identity;
pub use received::{Attribute, Received, attributes, resource_attribute};
