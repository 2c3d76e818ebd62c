//! [`Settings`]: what was decided before the first event, and holds for children of `fork`, too.

use std::time::Duration;

use ureq::http::{HeaderMap, Uri};

use super::signal::Signals;

/// How requests are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Protocol {
    /// Protocol Buffers over HTTP; port 4318 as a rule.
    #[default]
    HttpProtobuf,
    /// gRPC; port 4317 as a rule.
    #[cfg(feature = "otlp-grpc")]
    Grpc,
}

/// How requests are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Compression {
    /// They are not.
    #[default]
    None,
    /// By gzip: requests are about a tenth as large, and take more of the processor.
    Gzip,
}

/// Where one signal goes, and how.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) endpoint: Uri,
    pub(super) headers: HeaderMap,
    /// `None` where there is no limit.
    pub(super) timeout: Option<Duration>,
    pub(super) compression: Compression,
    /// Who has to have signed the server's certificate, if not one of those that browsers trust.
    #[cfg(feature = "otlp-tls")]
    pub(super) certificates: Option<super::tls::Certificates>,
}

/// See the [module](self).
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) signals: Signals,
    pub(super) protocol: Protocol,
    pub(super) logs: Target,
    pub(super) traces: Target,
    /// Attributes of the resource that the code gave.
    pub(super) resource: Vec<(String, String)>,
    pub(super) batch_bytes: usize,
    pub(super) linger: Duration,
    pub(super) first_pause: Duration,
    pub(super) longest_pause: Duration,
    pub(super) give_up_after: Duration,
}
