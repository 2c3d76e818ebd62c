//! [`Settings`]: what was decided before the first event, and holds for children of `fork`, too.

#[cfg(feature = "otlp-tls")]
use std::path::PathBuf;
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
    #[cfg(feature = "otlp-tls")]
    pub(super) tls: super::tls::Tls,
}

/// The files in PEM that the code names.
#[cfg(feature = "otlp-tls")]
#[derive(Debug, Clone, Default)]
pub(super) struct TlsFiles {
    /// The certificates of those who have to have signed the server's, if not one of those that browsers trust.
    pub(super) authorities: Option<PathBuf>,
    /// The client's certificate and its key.
    pub(super) identity: Option<(PathBuf, PathBuf)>,
}

/// See the [module](self).
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// Nothing is sent, and the rest means nothing.
    pub(super) is_disabled: bool,
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
