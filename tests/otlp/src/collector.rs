//! [`Collector`]: a server, and what it got.

use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span;

use crate::identity::Identity;
use crate::received::Received;
use crate::{grpc, http};

/// How long anything may take: more than a loaded machine needs, less than for ever.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How a request is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    /// It was taken.
    Accept,
    /// It was taken, but for so many records; the text says why.
    Partial(i64, &'static str),
    /// Over HTTP: a status, headers, and a body.
    Status(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Over gRPC: a status, with its details.
    Code(tonic::Code, &'static str, Vec<u8>),
    /// Over HTTP: these bytes, whatever they are, and the end of the connection.
    Raw(&'static [u8]),
    /// Never, as long as the server is there.
    Hang,
}

type Script = dyn Fn(&Received) -> Reply + Send + Sync;

/// What the threads of a server share.
pub(crate) struct Shared {
    script: Box<Script>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    requests: Vec<(Received, Reply)>,
    stopped: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a request, and says how to answer it.
    pub(crate) fn reply(&self, mut received: Received) -> Reply {
        let mut state = self.lock();
        received.number = state.requests.len();
        let reply = (self.script)(&received);
        state.requests.push((received, reply.clone()));
        self.changed.notify_all();
        reply
    }

    /// Returns when the server ends.
    pub(crate) fn wait_for_end(&self) {
        let mut state = self.lock();
        while !state.stopped {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.lock().stopped
    }
}

/// A server that answers as its script says; it ends when it is dropped.
pub struct Collector {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Ends the server, its connections included.
    end: Option<Box<dyn FnOnce() + Send>>,
}

impl Collector {
    /// One that speaks HTTP, at a port that is free.
    pub fn http(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Collector {
        Collector::http_at(([127, 0, 0, 1], 0).into(), script)
    }

    /// One that speaks HTTP, at an address.
    pub fn http_at(
        address: SocketAddr,
        script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Collector {
        Collector::start(script, |shared| http::serve(address, None, shared))
    }

    /// One that speaks gRPC, at a port that is free, and takes messages of so many bytes.
    pub fn grpc(
        largest: usize,
        script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Collector {
        Collector::grpc_at(([127, 0, 0, 1], 0).into(), largest, script)
    }

    /// One that speaks gRPC, at an address.
    pub fn grpc_at(
        address: SocketAddr,
        largest: usize,
        script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Collector {
        Collector::start(script, |shared| grpc::serve(address, largest, None, shared))
    }

    /// One that speaks HTTP over TLS.
    pub fn https(
        identity: &Identity,
        script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Collector {
        let (address, tls) = (([127, 0, 0, 1], 0).into(), identity.for_http());
        Collector::start(script, |shared| http::serve(address, Some(tls), shared))
    }

    /// One that speaks gRPC over TLS.
    pub fn grpcs(
        identity: &Identity,
        script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Collector {
        let (address, tls) = (([127, 0, 0, 1], 0).into(), identity.for_grpc());
        let largest = usize::MAX;
        Collector::start(script, |shared| {
            grpc::serve(address, largest, Some(tls), shared)
        })
    }

    fn start(
        script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
        serve: impl FnOnce(Arc<Shared>) -> (SocketAddr, Box<dyn FnOnce() + Send>),
    ) -> Collector {
        let shared = Arc::new(Shared {
            script: Box::new(script),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let (address, end) = serve(shared.clone());
        Collector {
            address,
            shared,
            end: Some(end),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The endpoint for a client.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Received> {
        let state = self.shared.lock();
        state
            .requests
            .iter()
            .map(|(received, _)| received.clone())
            .collect()
    }

    /// The requests that were taken, if only in part.
    pub fn accepted(&self) -> Vec<Received> {
        let state = self.shared.lock();
        let taken = state.requests.iter();
        let taken = taken.filter(|(_, reply)| matches!(reply, Reply::Accept | Reply::Partial(..)));
        taken.map(|(received, _)| received.clone()).collect()
    }

    /// The log records that were taken, each with its scope.
    pub fn log_records(&self) -> Vec<(String, LogRecord)> {
        let accepted = self.accepted();
        let records = accepted.iter().flat_map(Received::log_records);
        records
            .map(|(scope, record)| (scope.to_owned(), record.clone()))
            .collect()
    }

    /// The spans that were taken, each with its scope.
    pub fn spans(&self) -> Vec<(String, Span)> {
        let accepted = self.accepted();
        let spans = accepted.iter().flat_map(Received::spans);
        spans
            .map(|(scope, span)| (scope.to_owned(), span.clone()))
            .collect()
    }

    /// Waits for so many requests.
    ///
    /// # Panics
    /// They don't come.
    #[track_caller]
    pub fn wait_for(&self, requests: usize) {
        let since = Instant::now();
        let mut state = self.shared.lock();
        while state.requests.len() < requests {
            let left = PATIENCE.saturating_sub(since.elapsed());
            let count = state.requests.len();
            assert!(!left.is_zero(), "{count} requests, not {requests}");
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.changed.notify_all();
        if let Some(end) = self.end.take() {
            end();
        }
    }
}
