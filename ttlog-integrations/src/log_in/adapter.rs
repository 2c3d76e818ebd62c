//! [`TtlogLogAdapter`]: the records of `log` into ttlog.
//!
//! Each log call becomes a call site of ttlog (`sites`), so a record costs little more than an event of ttlog's macros: nothing is
//! allocated, a message without arguments isn't written at all, and values go into the ring with their types (`values`).

use log::{Level, Log, Metadata, Record};
use ttlog_core::bridge::{contain_panic, flush, level_is_wanted};
use ttlog_core::{LogLevel, is_enabled};

use super::values::{KeyNames, record_expected, record_values};
use crate::crossing::{Backend, lets_in};
use crate::event::{Event, is_wanted};
use crate::sites::{Names, Origin, Site, Text};

/// The logger of `log` that brings its records into ttlog.
///
/// [`init_with_log_compatibility`](crate::init_with_log_compatibility) and [`enable_log_compatibility`](crate::enable_log_compatibility) put it in place; by hand it can
/// stand behind a logger that passes records on.
///
/// | of a record | becomes |
/// |---|---|
/// | level | the level of the same name |
/// | target, module, file, line | the same |
/// | message | the message |
/// | key-values | fields, in their order: numbers, truth values, characters, texts with their types, `:err` an error with its sources, `:?` and `:%` texts, null none, `:serde` and `:sval` JSON with the feature `nested-values`, otherwise text |
#[derive(Debug, Clone, Copy, Default)]
pub struct TtlogLogAdapter(());

impl TtlogLogAdapter {
    /// The adapter; all are alike.
    pub const fn new() -> Self {
        TtlogLogAdapter(())
    }
}

fn level_of(level: Level) -> LogLevel {
    match level {
        Level::Error => LogLevel::Error,
        Level::Warn => LogLevel::Warn,
        Level::Info => LogLevel::Info,
        Level::Debug => LogLevel::Debug,
        Level::Trace => LogLevel::Trace,
    }
}

impl Log for TtlogLogAdapter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        lets_in(Backend::Log) && is_enabled(level_of(metadata.level()), metadata.target())
    }

    fn log(&self, record: &Record<'_>) {
        let level = level_of(record.level());
        if !level_is_wanted(level) || !lets_in(Backend::Log) {
            return;
        }
        let origin = origin_of(record, level);
        let first = Site::first(&origin);
        if !is_wanted(first, &origin) {
            return;
        }
        if let Some(site) = first
            && site.is_steady()
        {
            if record_as_before(record, site) {
                return;
            }
            site.set_varying();
        }
        record_by_names(record, first, &origin);
    }

    fn flush(&self) {
        flush();
    }
}

/// Records what has the names that all records of its origin had; `false` where it has others, and nothing is recorded.
#[inline]
fn record_as_before(record: &Record<'_>, site: &'static Site) -> bool {
    let mut event = None;
    let mut has_other_names = false;
    // The source may be the application's own code.
    let is_whole = contain_panic(|| {
        event = Event::begin_of(site);
        event.as_mut().is_none_or(|event| {
            add_message(record, event);
            record_expected(record.key_values(), event, &mut has_other_names)
        })
    });
    match event {
        Some(event) if has_other_names => {
            event.discard();
            false
        }
        Some(event) => {
            finish(event, is_whole);
            true
        }
        None => true,
    }
}

/// Records what has to be asked for its names first.
#[inline(never)]
fn record_by_names(record: &Record<'_>, first: Option<&'static Site>, origin: &Origin<'_>) {
    let source = record.key_values();
    let mut event = None;
    let is_whole = contain_panic(|| {
        event = Event::begin(first, origin, &KeyNames(source));
        event.as_mut().is_none_or(|event| {
            add_message(record, event);
            record_values(source, event)
        })
    });
    if is_whole.is_none() && event.is_none() {
        // It panicked when it was asked for its names.
        event = Event::begin(first, origin, &NoNames);
        event
            .iter_mut()
            .for_each(|event| add_message(record, event));
    }
    if let Some(event) = event {
        finish(event, is_whole);
    }
}

/// Publishes an event; `is_whole` is `None` where its source panicked, false where it failed.
#[inline]
fn finish(mut event: Event, is_whole: Option<bool>) {
    if is_whole != Some(true) {
        event.mark_panicked();
    }
    event.finish();
}

/// Adds the message, unless it is the call site's.
#[inline]
fn add_message(record: &Record<'_>, event: &mut Event) {
    if record.args().as_str().is_none() {
        event.message(*record.args());
    }
}

/// The names of a source that panicked.
struct NoNames;

impl Names for NoNames {
    fn each(&self, _take: impl FnMut(Text<'_>) -> bool) {}
}

fn origin_of<'a>(record: &Record<'a>, level: LogLevel) -> Origin<'a> {
    let text = |lasting: Option<&'static str>, text: Option<&'a str>| match (lasting, text) {
        (Some(text), _) => Text::Static(text),
        (None, Some(text)) => Text::Borrowed(text),
        (None, None) => Text::Static(""),
    };
    Origin {
        level,
        target: record.target(),
        module_path: text(record.module_path_static(), record.module_path()),
        file: text(record.file_static(), record.file()),
        line: record.line().unwrap_or(0),
        message: record.args().as_str().unwrap_or(""),
    }
}
