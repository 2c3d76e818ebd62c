//! [`SlogLogger`]: ttlog's events as records of `slog`.
//!
//! `slog` has no spans: an event has the fields of those that it is in among its values, and their names under `span`. Beginnings and ends are no records.
//!
//! It wants names and places that live for ever. Those are kept once each, so many of them; a field whose name is beyond that is text under `field`.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

use slog::{BorrowedKV, Drain, KV, Key, Level, Record, RecordLocation, RecordStatic, Serializer};
use ttlog_core::bridge;
use ttlog_core::{FieldValue, LogEvent, LogLevel, Logger, RecordKind};

use crate::backend::{self, BackendError, set_backend};
use crate::crossing::{self, Backend};
use crate::giving::give;
use crate::marks::{CRITICAL, marks};
use crate::told_fields::{Told, told};

/// The logger that [`Backend::Slog`] stands for.
static OF_APPLICATION: RwLock<Option<slog::Logger>> = RwLock::new(None);

/// Says which logger [`Backend::Slog`] stands for, and does not choose it: for programs that leave that to `TTLOG_BACKEND`.
///
/// Where that is chosen already, events go to this logger from now on. One that has nothing but a drain into ttlog is told of on stderr then, and the one before stays.
pub fn set_slog_logger(logger: slog::Logger) {
    if backend::current() == Backend::Slog
        && let Err(error) = SlogLogger::checked(logger.clone())
    {
        bridge::report(&format!("{error}; they go to the logger before"));
        return;
    }
    let mut place = OF_APPLICATION
        .write()
        .unwrap_or_else(PoisonError::into_inner);
    let old = place.replace(logger);
    drop(place);
    // Only now: a drain may log while it is dropped.
    drop(old);
    if backend::current() == Backend::Slog {
        let _ = set_backend(Backend::Slog);
    }
}

/// Gives ttlog's events to this logger of `slog` from now on; see [`set_backend`].
///
/// ```
/// use ttlog_integrations::{Backend, logger, set_slog_backend};
///
/// set_slog_backend(slog::Logger::root(slog::Discard, slog::o!()))?;
/// let logger = logger().as_slog().expect("it was chosen");
/// let of_database = logger.new(slog::o!("component" => "database"));
/// # Ok::<(), ttlog_integrations::BackendError>(())
/// ```
///
/// # Errors
/// [`BackendError::LeadsBack`] where all that the logger has is a drain into ttlog. Nothing has changed then.
pub fn set_slog_backend(logger: slog::Logger) -> Result<(), BackendError> {
    SlogLogger::checked(logger.clone())?;
    set_slog_logger(logger);
    set_backend(Backend::Slog)
}

/// What [`set_slog_logger`] was given.
pub(crate) fn of_application() -> Option<slog::Logger> {
    OF_APPLICATION
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// Gives ttlog's events to a logger of `slog`, those that it is enabled for.
///
/// [`set_slog_backend`] puts one in place.
#[derive(Debug, Clone)]
pub struct SlogLogger {
    logger: slog::Logger,
}

impl SlogLogger {
    /// Gives events to this logger.
    pub fn new(logger: slog::Logger) -> SlogLogger {
        SlogLogger { logger }
    }

    pub(crate) fn of_application() -> Result<SlogLogger, BackendError> {
        SlogLogger::checked(of_application().ok_or(BackendError::NoSlogLogger)?)
    }

    /// Gives events to this logger, if they don't come back and go nowhere.
    fn checked(logger: slog::Logger) -> Result<SlogLogger, BackendError> {
        let mut is_wanted = false;
        let leads_back = crossing::leads_back(|| is_wanted = logger.is_enabled(Level::Critical));
        if leads_back && !is_wanted {
            return Err(BackendError::LeadsBack(Backend::Slog));
        }
        Ok(SlogLogger::new(logger))
    }
}

impl Logger for SlogLogger {
    fn emit(&self, event: LogEvent) {
        if event.kind != RecordKind::Event {
            return;
        }
        give(|| {
            let level = level_of(event.level);
            if !self.logger.is_enabled(level) {
                return;
            }
            let text = |text: &Option<_>| text.as_deref().and_then(kept).unwrap_or("");
            let location = RecordLocation {
                file: text(&event.file),
                line: event.line.unwrap_or(0),
                column: 0,
                function: "",
                module: match text(&event.module_path) {
                    "" => kept(&event.target).unwrap_or(""),
                    module => module,
                },
            };
            // The level says whether it is critical.
            let told = Values(told(&event, marks(&event).filter(|mark| *mark != CRITICAL)));
            self.logger.log(&Record::new(
                &RecordStatic {
                    location: &location,
                    tag: &event.target,
                    level,
                },
                &format_args!("{}", event.message),
                BorrowedKV(&told),
            ));
        });
    }

    fn enabled(&self, level: LogLevel, _: &str, kind: RecordKind) -> bool {
        // A span's fields are those of the events in it.
        kind != RecordKind::Event
            || give(|| self.logger.is_enabled(level_of(level))).unwrap_or(false)
    }

    fn flush(&self) {
        // A drain that can't is none the worse.
        give(|| drop(self.logger.flush()));
    }

    fn set_level(&self, _: LogLevel) {}
}

fn level_of(level: LogLevel) -> Level {
    match level {
        LogLevel::Trace => Level::Trace,
        LogLevel::Debug => Level::Debug,
        LogLevel::Info => Level::Info,
        LogLevel::Warn => Level::Warning,
        LogLevel::Error => Level::Error,
        LogLevel::Critical => Level::Critical,
    }
}

struct Values<'a>(Vec<Told<'a>>);

impl KV for Values<'_> {
    fn serialize(&self, _: &Record<'_>, serializer: &mut dyn Serializer) -> slog::Result {
        self.0.iter().try_for_each(|told| match kept(told.name) {
            Some(name) => value(told, Key::from(name), serializer),
            None => {
                let text = format_args!("{}={}", told.name, told.value);
                serializer.emit_arguments(Key::from("field"), &text)
            }
        })
    }
}

fn value(told: &Told<'_>, key: Key, serializer: &mut dyn Serializer) -> slog::Result {
    if let Some(error) = &told.error {
        return serializer.emit_error(key, error);
    }
    match &*told.value {
        FieldValue::None => serializer.emit_none(key),
        FieldValue::Bool(value) => serializer.emit_bool(key, *value),
        FieldValue::I64(value) => serializer.emit_i64(key, *value),
        FieldValue::U64(value) => serializer.emit_u64(key, *value),
        FieldValue::I128(value) => serializer.emit_i128(key, *value),
        FieldValue::U128(value) => serializer.emit_u128(key, *value),
        FieldValue::F32(value) => serializer.emit_f32(key, *value),
        FieldValue::F64(value) => serializer.emit_f64(key, *value),
        FieldValue::Char(value) => serializer.emit_char(key, *value),
        FieldValue::Str(text) => serializer.emit_str(key, text),
        FieldValue::String(text) => serializer.emit_str(key, text),
        other => serializer.emit_arguments(key, &format_args!("{other}")),
    }
}

/// How many texts live for ever, and how long they are at most.
const MOST_KEPT: usize = 1 << 14;
const LONGEST_KEPT: usize = 512;

/// The same text, which lives for ever; `None` where it is one too many.
fn kept(text: &str) -> Option<&'static str> {
    static KEPT: RwLock<Option<HashSet<&'static str>>> = RwLock::new(None);

    let known = KEPT.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.as_ref().and_then(|known| known.get(text)) {
        return Some(known);
    }
    drop(known);
    let mut known = KEPT.write().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    // Another thread may have come first.
    if let Some(known) = known.get(text) {
        return Some(known);
    }
    if known.len() >= MOST_KEPT || text.len() > LONGEST_KEPT {
        return None;
    }
    let text: &'static str = Box::leak(text.into());
    known.insert(text);
    Some(text)
}
