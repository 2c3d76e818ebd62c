//! [`TtlogLogAdapter`]: the records of `log` into ttlog.
//!
//! Each log call becomes a call site of ttlog (`sites`), so a record costs little more than an event of ttlog's macros: nothing is
//! allocated, a message without arguments isn't written at all, and values go into the ring with their types (`values`).

use log::{Level, Log, Metadata, Record};
use ttlog_core::bridge::{Kept, contain_panic, flush, level_is_wanted};
use ttlog_core::{LogLevel, is_enabled};

use super::plain::record_plainly;
use super::values::{Expected, KeyNames, record_values};
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
        match Site::at_once(&plain_origin_of(record, level)) {
            Some(site) if site.is_plain() => {
                if site.call_site().is_enabled(level) && !record_plainly(record, site) {
                    site.set_mixed();
                    record_otherwise(record, level);
                }
            }
            Some(site) if site.is_steady() => {
                if site.call_site().is_enabled(level) && !record_as_before(record, site) {
                    site.set_varying();
                    record_otherwise(record, level);
                }
            }
            _ => record_otherwise(record, level),
        }
    }

    fn flush(&self) {
        flush();
    }
}

/// Records what has the names that all records of its origin had; `false` where it has others, and nothing is recorded.
#[inline(always)]
fn record_as_before(record: &Record<'_>, site: &'static Site) -> bool {
    let Some(event) = Event::begin_of(site) else {
        return true;
    };
    let mut values = Expected::new(event);
    add_message(record, &mut values.event);
    // The source may be the application's own code.
    let is_whole = contain_panic(|| values.visit(record.key_values()));
    if is_whole == Some(true) && values.are_all() {
        values.event.finish();
        return true;
    }
    end_otherwise(values, is_whole)
}

/// Ends an event some of whose values are missing, or have other names; `false` for the latter, and nothing is recorded.
#[cold]
#[inline(never)]
fn end_otherwise(values: Expected, is_whole: Option<bool>) -> bool {
    let has_other_names = is_whole.is_some_and(|is_whole| values.differ(is_whole));
    if has_other_names {
        values.event.discard();
    } else {
        finish(values.event, is_whole);
    }
    !has_other_names
}

/// Records what addresses don't tell to be of a known site, or what has not the names that it has.
#[inline(never)]
fn record_otherwise(record: &Record<'_>, level: LogLevel) {
    let origin = &origin_of(record, level);
    let first = Site::first(origin);
    if !is_wanted(first, origin) {
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
    record_by_names(record, first, origin);
}

/// Records what has to be asked for its names first.
fn record_by_names(record: &Record<'_>, first: Option<&'static Kept<Site>>, origin: &Origin<'_>) {
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
        module_path: text(record.module_path_static(), record.module_path()),
        file: text(record.file_static(), record.file()),
        ..plain_origin_of(record, level)
    }
}

/// The same, but for whether module and file, where they are not known to be statics, are there for ever.
#[inline(always)]
fn plain_origin_of<'a>(record: &Record<'a>, level: LogLevel) -> Origin<'a> {
    Origin {
        level,
        target: record.target(),
        module_path: Text::Borrowed(record.module_path().unwrap_or("")),
        file: match record.file_static() {
            Some(file) => Text::Static(file),
            None => Text::Borrowed(""),
        },
        line: record.line().unwrap_or(0),
        message: record.args().as_str().unwrap_or(""),
    }
}
