//! [`Sink`]: where events go, and the sinks that ttlog brings.

mod child;
mod console;
mod file;
mod memory;
mod open;
mod output;
mod rolling;
mod setback;
pub(crate) mod stream;
#[cfg(test)]
pub(crate) mod testing;

pub use child::ChildSink;
pub use console::{ColorChoice, Console};
pub use file::File;
pub use memory::Memory;
pub use rolling::{RollingFile, RollingSink, Rotation};
pub(crate) use setback::Kind as SetbackKind;
pub use setback::Setback;

use std::io;
use std::sync::Once;
use std::time::Duration;

use crate::decode::EventRef;
use crate::filter::Filter;
use crate::metadata::RecordKind;
use crate::report::report;
use crate::snapshot::Facts;

/// Takes events to where somebody reads them: a terminal, a file, a socket.
///
/// Each sink has a thread of its own and is called there only, so it may take its time and needs no lock. What it
/// panics with is caught; the event counts as dropped.
///
/// It is given events, and the beginnings and ends of spans ([`EventRef::kind`] tells which); see [`SpanRecords`].
///
/// ```
/// use std::io;
/// use ttlog_core::{EventRef, Sink};
///
/// /// Counts the errors.
/// struct ErrorCount(u64);
///
/// impl Sink for ErrorCount {
///     fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
///         self.0 += u64::from(event.level() >= ttlog_core::LogLevel::Error);
///         Ok(())
///     }
/// }
/// ```
pub trait Sink: Send + 'static {
    /// Called once on the sink's thread, before everything else there: with what snapshots say of the process and its service
    /// ([`fact`](crate::snapshot::fact) has the names).
    ///
    /// # Errors
    /// Something is not as it should be. It is reported, and the sink is given events all the same.
    fn start(&mut self, _process: &Facts) -> io::Result<()> {
        Ok(())
    }

    /// Takes one event; may keep it until [`Sink::flush`].
    ///
    /// # Errors
    /// The event could not be taken: it counts as dropped, and the next one is tried. Or, with [`io::ErrorKind::WouldBlock`], the sink keeps as much as it may:
    /// it is flushed, and given the same event once more.
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()>;

    /// Brings to its place what was taken; called on a flush, and when there has been nothing more to take for as long as
    /// [`SinkOptions::linger`] says.
    ///
    /// # Errors
    /// Something that was taken is not at its place yet. The sink keeps it, is given no more events, and
    /// flush is tried again, at first soon and then once a second. An error that is a [`Setback`] says when, or that the sink has given up on events.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// How this sink goes on in a child of `fork`; asked in the parent, when the sink is given its thread. `None`, which
    /// is the default, means that the child does without it.
    ///
    /// A sink with what two processes may write to at once (a file that is appended to, a socket of datagrams) can give the child
    /// one of its own. [`Console`] and [`File`] do; [`RollingFile`] and [`Memory`] don't.
    ///
    /// ```
    /// use std::io;
    /// use ttlog_core::sink::ChildSink;
    /// use ttlog_core::{EventRef, Sink};
    ///
    /// struct Beacon(std::net::UdpSocket);
    ///
    /// impl Sink for Beacon {
    ///     fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
    ///         self.0.send(event.message().as_bytes()).map(drop)
    ///     }
    ///
    ///     fn for_child(&self) -> Option<ChildSink> {
    ///         let socket = self.0.try_clone().ok()?;
    ///         Some(ChildSink::new(|| Ok(Beacon(socket))))
    ///     }
    /// }
    /// ```
    fn for_child(&self) -> Option<ChildSink> {
        None
    }

    /// What reports and statistics call this sink.
    fn name(&self) -> String {
        let path = std::any::type_name::<Self>();
        path.rsplit("::").next().unwrap_or(path).to_owned()
    }

    /// How this sink wants to be served.
    fn options(&self) -> SinkOptions {
        SinkOptions::default()
    }

    /// The same sink, given only what the directives of [`Filter`] let through. One that can't be understood is reported
    /// on stderr.
    fn with_filter(self, directives: &str) -> WithOptions<Self>
    where
        Self: Sized,
    {
        let mut options = self.options();
        options.filter = Some(Filter::parse(directives));
        WithOptions {
            sink: self,
            options,
        }
    }

    /// The same sink with an overflow policy of its own.
    fn with_overflow(self, overflow: Overflow) -> WithOptions<Self>
    where
        Self: Sized,
    {
        let mut options = self.options();
        options.overflow = Some(overflow);
        WithOptions {
            sink: self,
            options,
        }
    }

    /// The same sink, given the beginnings and ends of spans or not.
    fn with_spans(self, spans: SpanRecords) -> WithOptions<Self>
    where
        Self: Sized,
    {
        let mut options = self.options();
        options.spans = Some(spans);
        WithOptions {
            sink: self,
            options,
        }
    }
}

/// What happens when events come faster than a sink takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Overflow {
    /// The callers wait: nothing is lost, unless the sink makes no progress for longer than the stall timeout.
    Block,
    /// The events that come while there is no room are dropped, and counted.
    DropNewest,
    /// The oldest events that the sink has not taken yet give way, and are counted.
    OverwriteOldest,
}

/// Whether a sink is given the beginnings and the ends of spans, beside the events.
///
/// Whichever it is, [`EventRef::spans`] knows the spans of each event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SpanRecords {
    /// Neither.
    Hidden,
    /// The ends, which tell how long a span was.
    Ends,
    /// Both.
    #[default]
    Shown,
    /// Everything that is recorded: also the fields that spans get later, and the beginnings and ends of contexts, which only say what events have
    /// in [`EventRef::spans`]. For tests of what a program records.
    All,
}

impl SpanRecords {
    /// What `TTLOG_SPANS` says: `off`, `ends` or `on`; both where it is not set or says something else.
    pub(crate) fn from_env() -> SpanRecords {
        static REPORT: Once = Once::new();
        let Some(value) = std::env::var_os("TTLOG_SPANS") else {
            return SpanRecords::default();
        };
        match value.to_string_lossy().trim() {
            "off" => SpanRecords::Hidden,
            "ends" => SpanRecords::Ends,
            "on" | "" => SpanRecords::Shown,
            other => {
                REPORT.call_once(|| {
                    report(&format!("TTLOG_SPANS: {other:?} is none of off, ends, on"))
                });
                SpanRecords::default()
            }
        }
    }

    /// Whether records of this kind are wanted.
    pub(crate) fn want(self, kind: RecordKind) -> bool {
        match kind {
            RecordKind::Event => true,
            RecordKind::SpanBegin => matches!(self, SpanRecords::Shown | SpanRecords::All),
            RecordKind::SpanEnd => self != SpanRecords::Hidden,
            RecordKind::SpanFields | RecordKind::ContextBegin | RecordKind::ContextEnd => {
                self == SpanRecords::All
            }
        }
    }
}

/// How a sink wants to be served.
#[derive(Debug, Clone, Default)]
pub struct SinkOptions {
    /// Which events the sink is given of those that the pipeline records; `None`: all.
    pub filter: Option<Filter>,
    /// The sink's own overflow policy; `None`: the pipeline's.
    pub overflow: Option<Overflow>,
    /// Which records of spans the sink is given; `None`: what the environment variable `TTLOG_SPANS` says (`off`, `ends` or `on`), else
    /// all beginnings and ends.
    pub spans: Option<SpanRecords>,
    /// For how long what the sink has taken may wait for more before it is flushed; zero, which is the default: as soon as there is nothing more
    /// to take. For sinks to which a flush is dear, a request to a server say. A flush that was asked for, and the end, don't wait.
    pub linger: Duration,
}

/// A sink with options; see [`Sink::with_filter`], [`Sink::with_overflow`] and [`Sink::with_spans`].
#[derive(Debug)]
pub struct WithOptions<S> {
    pub(crate) sink: S,
    pub(crate) options: SinkOptions,
}

impl<S: Sink> Sink for WithOptions<S> {
    fn start(&mut self, process: &Facts) -> io::Result<()> {
        self.sink.start(process)
    }

    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        self.sink.write(event)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }

    fn for_child(&self) -> Option<ChildSink> {
        self.sink.for_child()
    }

    fn name(&self) -> String {
        self.sink.name()
    }

    fn options(&self) -> SinkOptions {
        self.options.clone()
    }
}

impl Sink for Box<dyn Sink> {
    fn start(&mut self, process: &Facts) -> io::Result<()> {
        (**self).start(process)
    }

    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        (**self).write(event)
    }

    fn flush(&mut self) -> io::Result<()> {
        (**self).flush()
    }

    fn for_child(&self) -> Option<ChildSink> {
        (**self).for_child()
    }

    fn name(&self) -> String {
        (**self).name()
    }

    fn options(&self) -> SinkOptions {
        (**self).options()
    }
}
