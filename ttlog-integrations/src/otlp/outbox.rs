//! [`Outbox`]: the records of one signal, from their arrival until a server has them or they are given up.
//!
//! Invariants: what is before `settled` is done with; the rest is kept until a server has answered for it, or until it is given up, and what is given up is told of.
//! A record goes to a server again only where no answer said what has become of it.

use std::time::Duration;

use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;
use ttlog_core::bridge::report;
use ureq::http::Uri;

use super::answer::{Answer, shown};
use super::backoff::Backoff;
use super::batch::Batch;
use super::signal::Signal;
use super::transport::Transport;

/// Why not all was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unsent {
    /// The rest is to be sent after this pause.
    Later { pause: Duration, why: String },
    /// So many events were given up. There may be others.
    Lost { events: u64, why: String },
}

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Outbox {
    signal: Signal,
    /// What goes where, for messages.
    place: String,
    batch: Batch,
    /// How many records are done with.
    settled: usize,
    /// How many bytes of records go into one request, if that is more than one record: fewer after a request was too large. With each batch it is tried
    /// whether they may be more again.
    most_bytes: usize,
    backoff: Backoff,
    /// Whether it was told that the server has something to say of what it took.
    has_warned: bool,
}

impl Outbox {
    pub(super) fn new(signal: Signal, endpoint: &Uri, backoff: Backoff) -> Outbox {
        // There may be a password in front of the host.
        let host = endpoint.host().unwrap_or_default();
        let port = endpoint
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        let path = endpoint.path().trim_end_matches('/');
        let place = format!("{} to {host}{port}{path}", signal.name());
        Outbox {
            signal,
            place,
            batch: Batch::default(),
            settled: 0,
            most_bytes: usize::MAX,
            backoff,
            has_warned: false,
        }
    }

    /// About how much memory it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.batch.bytes()
    }

    pub(super) fn push(&mut self, scope: &str, record: &impl Message, is_counted: bool) {
        self.batch.push(scope, record, is_counted);
    }

    /// Sends all that is there.
    pub(super) fn send(
        &mut self,
        transport: &mut dyn Transport,
        resource: &Resource,
    ) -> Result<(), Unsent> {
        while self.settled < self.batch.len() {
            let end = self.batch.end_of(self.settled, self.most_bytes);
            let request = self.batch.request(self.settled..end, resource);
            match transport.send(self.signal, request) {
                Answer::Accepted { rejected, why } => self.accepted(end, rejected, &why)?,
                Answer::TooLarge(_) if end - self.settled > 1 => {
                    self.most_bytes = self.batch.bytes_of(self.settled..end) / 2;
                }
                Answer::TooLarge(why) | Answer::Refused(why) => return Err(self.give_up(end, &why)),
                Answer::TryLater { after, why } => {
                    return Err(match self.backoff.failed(after) {
                        Some(pause) => Unsent::Later {
                            pause,
                            why: self.told(&why),
                        },
                        None => self.give_up(self.batch.len(), &why),
                    });
                }
            }
        }
        self.forget_settled();
        Ok(())
    }

    /// The server has the records up to `end`, but for those that it rejected.
    fn accepted(&mut self, end: usize, rejected: u64, why: &str) -> Result<(), Unsent> {
        let counted = self.batch.counted(self.settled..end);
        self.settled = end;
        self.backoff.reset();
        if rejected > 0 {
            self.forget_settled();
            return Err(Unsent::Lost {
                events: rejected.min(counted),
                why: self.told(&format!("rejected by the server: {why}")),
            });
        }
        if !why.is_empty() && !std::mem::replace(&mut self.has_warned, true) {
            report(&format!(
                "otlp: {}: the server says: {} (reported once)",
                self.place,
                shown(why)
            ));
        }
        Ok(())
    }

    fn give_up(&mut self, end: usize, why: &str) -> Unsent {
        let events = self.batch.counted(self.settled..end);
        self.settled = end;
        self.backoff.reset();
        self.forget_settled();
        Unsent::Lost {
            events,
            why: self.told(why),
        }
    }

    fn forget_settled(&mut self) {
        if self.settled == self.batch.len() {
            self.batch.clear();
            self.settled = 0;
            self.most_bytes = self.most_bytes.saturating_mul(2);
        }
    }

    fn told(&self, why: &str) -> String {
        format!("{}: {}", self.place, shown(why))
    }
}
