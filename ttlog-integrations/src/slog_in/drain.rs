//! [`TtlogSlogDrain`]: the records of `slog` into ttlog.

use std::io;

use slog::{Drain, FlushError, Level, Never, OwnedKVList, Record};
use ttlog_core::LogLevel;
use ttlog_core::bridge::{Kept, contain_panic, flush, level_is_wanted};

use super::collected::Collected;
use super::plain::Plain;
use crate::crossing::{Backend, lets_in};
use crate::event::{Event, is_wanted};
use crate::sites::{Origin, Site, Text};

/// The drain that brings the records of `slog`'s loggers into ttlog. It never fails, and is shared between threads as it is: neither `Async` nor `Mutex`
/// has to stand before it.
///
/// ```
/// use slog::{Logger, info, o};
/// use ttlog_integrations::TtlogSlogDrain;
///
/// let logger = Logger::root(TtlogSlogDrain::new(), o!("service" => "checkout"));
/// let request = logger.new(o!("request" => 7));
/// info!(request, "User logged in"; "user_id" => 123);
/// ```
///
/// | of a record | becomes |
/// |---|---|
/// | level | the level of the same name; `Critical` is `Critical` |
/// | tag | the target; where there is none, the module is, as with ttlog's own events |
/// | module, file, line | the same |
/// | message | the message |
/// | values of the logger, then of the record | fields: those of the outermost logger first, each set in the order in which it is written; lazy ones are asked for, if the record is wanted |
/// | numbers, truth values, characters, texts, bytes | values of these types |
/// | `%` and `?`, what has no type | texts |
/// | `#error`, `ErrorValue`, `io::Error` | errors with their sources |
/// | `()` and `None` | none |
/// | `Serde` | JSON |
///
/// The values of a logger are recorded with each of its events. They could be a context that is recorded once, but a value may be lazy, and so another
/// one each time, and neither the end of a logger nor whether two are the same is told to a drain.
///
/// `slog` itself leaves out, at compile time, `trace!` in debug builds and `debug!` in release builds, unless its features `max_level_trace` and
/// `release_max_level_trace` are on.
#[derive(Debug, Clone, Copy, Default)]
pub struct TtlogSlogDrain(());

impl TtlogSlogDrain {
    /// The drain; all are alike.
    pub const fn new() -> Self {
        TtlogSlogDrain(())
    }

    /// Records what is wanted as far as its level tells. Out of line, so that a record that isn't pays for no room on the stack, nor for registers.
    #[inline(never)]
    fn record(level: LogLevel, record: &Record<'_>, values: &OwnedKVList) {
        if !lets_in(Backend::Slog) {
            return;
        }
        let Some(site) = Site::at_once(&origin_of(level, record)) else {
            return TtlogSlogDrain::record_first(level, record, values);
        };
        if !site.call_site().is_enabled(level) {
            return;
        }
        let Some(plain) = Plain::of(site) else {
            return TtlogSlogDrain::record_any(site, level, record, values);
        };
        let recorded = if record.msg().as_str().is_some() {
            plain.record(record, values)
        } else {
            plain.record_with_message(record, values)
        };
        if let Err(others) = recorded {
            site.set_mixed();
            TtlogSlogDrain::record_by_names(Some(site), level, record, &others);
        }
    }

    /// Records what may have any values.
    #[inline(never)]
    fn record_any(
        site: &'static Kept<Site>,
        level: LogLevel,
        record: &Record<'_>,
        values: &OwnedKVList,
    ) {
        let mut collected = Collected::new();
        collected.take(record, values);
        if !site.has(&collected) {
            return TtlogSlogDrain::record_by_names(Some(site), level, record, &collected);
        }
        if let Some(mut event) = Event::begin_of(site) {
            add_message(record, &mut event);
            collected.record_known(&mut event);
            event.finish();
        }
    }

    /// The same for an origin that is not known, or not by its addresses.
    #[cold]
    #[inline(never)]
    fn record_first(level: LogLevel, record: &Record<'_>, values: &OwnedKVList) {
        let origin = origin_of(level, record);
        let first = Site::first(&origin);
        if is_wanted(first, &origin) {
            let mut collected = Collected::new();
            collected.take(record, values);
            TtlogSlogDrain::record_by_names(first, level, record, &collected);
        }
    }

    /// Records what has not the names that the first site of its origin has, as far as it is known.
    #[inline(never)]
    fn record_by_names(
        first: Option<&'static Kept<Site>>,
        level: LogLevel,
        record: &Record<'_>,
        collected: &Collected,
    ) {
        if let Some(mut event) = Event::begin(first, &origin_of(level, record), collected) {
            add_message(record, &mut event);
            collected.record(&mut event);
            event.finish();
        }
    }
}

/// Adds the message, unless it is the call site's.
#[inline(always)]
fn add_message(record: &Record<'_>, event: &mut Event) {
    if record.msg().as_str().is_none() {
        event.message(*record.msg());
    }
}

#[inline(always)]
fn origin_of<'a>(level: LogLevel, record: &'a Record<'_>) -> Origin<'a> {
    let module = record.module();
    Origin {
        level,
        target: match record.tag() {
            "" => module,
            tag => tag,
        },
        module_path: Text::Static(module),
        file: Text::Static(record.file()),
        line: record.line(),
        message: record.msg().as_str().unwrap_or(""),
    }
}

fn level_of(level: Level) -> LogLevel {
    match level {
        Level::Critical => LogLevel::Critical,
        Level::Error => LogLevel::Error,
        Level::Warning => LogLevel::Warn,
        Level::Info => LogLevel::Info,
        Level::Debug => LogLevel::Debug,
        Level::Trace => LogLevel::Trace,
    }
}

impl Drain for TtlogSlogDrain {
    type Ok = ();
    type Err = Never;

    fn log(&self, record: &Record<'_>, values: &OwnedKVList) -> Result<(), Never> {
        let level = level_of(record.level());
        if level_is_wanted(level) {
            TtlogSlogDrain::record(level, record, values);
        }
        Ok(())
    }

    fn is_enabled(&self, level: Level) -> bool {
        level_is_wanted(level_of(level)) && lets_in(Backend::Slog)
    }

    fn flush(&self) -> Result<(), FlushError> {
        // A custom logger of ttlog's may be the application's own code.
        match contain_panic(flush) {
            Some(true) => Ok(()),
            _ => Err(io::Error::other("not everything has reached every sink of ttlog").into()),
        }
    }
}
