//! [`LogLogger`]: ttlog's events as records of `log`.
//!
//! `log` has no spans: an event has the fields of those that it is in among its values, and their names under `span`. Beginnings and ends are no records.

use log::kv::{self, Key, Source, Value, VisitSource};
use log::{Level, Metadata, Record};
use ttlog_core::{FieldValue, LogEvent, LogLevel, Logger, RecordKind};

use crate::backend::BackendError;
use crate::crossing::{self, Backend};
use crate::giving::give;
use crate::marks::marks;
use crate::told_fields::{Told, told};

/// Gives ttlog's events to the logger of `log`, those that its greatest level and [`Log::enabled`](log::Log::enabled) let through.
///
/// Fields are values there, which not every logger shows: `env_logger` does with its feature `kv`. `Critical` is `Error`, with `critical = true` among the values. [`set_backend`](crate::set_backend) puts it in place.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogLogger(());

impl LogLogger {
    /// Gives events to whatever logger `log` has at the time.
    pub fn new() -> LogLogger {
        LogLogger(())
    }

    /// The same, if they don't come back and go nowhere.
    pub(crate) fn checked() -> Result<LogLogger, BackendError> {
        let metadata = Metadata::builder().level(Level::Error).build();
        let mut is_wanted = false;
        let leads_back = crossing::leads_back(|| is_wanted = log::logger().enabled(&metadata));
        if leads_back && !is_wanted {
            return Err(BackendError::LeadsBack(Backend::Log));
        }
        Ok(LogLogger::new())
    }
}

impl Logger for LogLogger {
    fn emit(&self, event: LogEvent) {
        if event.kind != RecordKind::Event {
            return;
        }
        give(|| {
            let (logger, level) = (log::logger(), level_of(event.level));
            let metadata = Metadata::builder()
                .level(level)
                .target(&event.target)
                .build();
            if level > log::max_level() || !logger.enabled(&metadata) {
                return;
            }
            let values = Values(told(&event, marks(&event)));
            logger.log(
                &Record::builder()
                    .metadata(metadata)
                    .args(format_args!("{}", event.message))
                    .module_path(event.module_path.as_deref())
                    .file(event.file.as_deref())
                    .line(event.line)
                    .key_values(&values)
                    .build(),
            );
        });
    }

    fn enabled(&self, level: LogLevel, target: &str, kind: RecordKind) -> bool {
        let level = level_of(level);
        // A span's fields are those of the events in it.
        kind != RecordKind::Event
            || level <= log::max_level()
                && give(|| {
                    let metadata = Metadata::builder().level(level).target(target).build();
                    log::logger().enabled(&metadata)
                })
                .unwrap_or(false)
    }

    fn flush(&self) {
        give(|| log::logger().flush());
    }

    fn set_level(&self, _: LogLevel) {}
}

fn level_of(level: LogLevel) -> Level {
    match level {
        LogLevel::Trace => Level::Trace,
        LogLevel::Debug => Level::Debug,
        LogLevel::Info => Level::Info,
        LogLevel::Warn => Level::Warn,
        LogLevel::Error | LogLevel::Critical => Level::Error,
    }
}

struct Values<'a>(Vec<Told<'a>>);

impl Source for Values<'_> {
    fn visit<'kvs>(&'kvs self, visitor: &mut dyn VisitSource<'kvs>) -> Result<(), kv::Error> {
        self.0
            .iter()
            .try_for_each(|told| visitor.visit_pair(Key::from_str(told.name), value_of(told)))
    }

    fn count(&self) -> usize {
        self.0.len()
    }
}

fn value_of<'a>(told: &'a Told<'_>) -> Value<'a> {
    if let Some(error) = &told.error {
        return Value::from_dyn_error(error);
    }
    match &*told.value {
        FieldValue::None => Value::null(),
        FieldValue::Bool(value) => Value::from(*value),
        FieldValue::I64(value) => Value::from(*value),
        FieldValue::U64(value) => Value::from(*value),
        FieldValue::I128(value) => Value::from(*value),
        FieldValue::U128(value) => Value::from(*value),
        FieldValue::F32(value) => Value::from(*value),
        FieldValue::F64(value) => Value::from(*value),
        FieldValue::Char(value) => Value::from(*value),
        FieldValue::Duration(value) => Value::from_debug(value),
        FieldValue::Str(text) => Value::from(*text),
        FieldValue::String(text) => Value::from(&**text),
        other => Value::from_display(other),
    }
}
