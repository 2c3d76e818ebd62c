//! For adapters that bring the records of other logging systems into ttlog at nearly the cost of its own macros.
//!
//! A macro makes a static [`CallSite`] for each call. An adapter makes one for each call site of the other system that it meets, keeps it for
//! ever (`Box::leak`), and records each event as a macro does: ask [`CallSite::is_enabled`], [begin](Encoder::begin), put the message and the
//! values in the order of the site's fields, [finish](Encoder::finish). There may be 2²⁰ − 1 call sites in a process, so what is made up at
//! run time, as a target may be, must not become one: see [`Origin`], [`Encoder::name`], [`Encoder::begin_apart`].
//!
//! ```
//! use ttlog_core::bridge::{CallSite, Encoder, FieldDef, Metadata};
//! use ttlog_core::{LogLevel, Value};
//!
//! static FIELDS: [FieldDef; 1] = [FieldDef::new("attempt")];
//! let metadata = Metadata::new(LogLevel::Warn, "billing", "", "", 0, "", &FIELDS);
//! let site: &'static CallSite = Box::leak(Box::new(CallSite::new(metadata)));
//!
//! if site.is_enabled(LogLevel::Warn)
//!     && let Some(mut event) = Encoder::begin(site, 2)
//! {
//!     event.message(format_args!("card {} refused", 7));
//!     3_u64.record(event.slot());
//!     event.finish();
//! }
//! ```
//!
//! What this module has is what the macros stand on; it may change in any version.

use std::num::NonZeroU64;

use crate::callsite;
use crate::current;
use crate::dispatch;
use crate::level::LogLevel;
use crate::logger::Logger;

pub use crate::callsite::{CallSite, Interest};
pub use crate::encode::{Encoder, Origin, Place, Scalars};
pub use crate::forever::{Forever, Kept};
pub use crate::metadata::{FieldDef, Metadata};
pub use crate::report::report;
pub use crate::scalar::Scalar;
pub use crate::span::{Entry, NewSpan, SpanSite};

/// What wants to know of changes.
static HOOKS: Forever<fn()> = Forever::new();

/// Calls `hook` whenever the answer to [`least_level`] or [`CallSite::interest`] may have changed, from the thread that has changed it; and once, now.
///
/// It may ask for both and take locks of its own. Its own events are not recorded, but counted as dropped.
pub fn on_interest_change(hook: fn()) {
    HOOKS.push(hook);
    hook();
}

/// The least severe level that anything wants, `None` where nothing wants any. Before ttlog has been started it is the least of all.
pub fn least_level() -> Option<LogLevel> {
    callsite::least_level()
}

/// Whether anything may want events of this level: the quick question before all others.
#[inline]
pub fn level_is_wanted(level: LogLevel) -> bool {
    callsite::level_is_wanted(level)
}

/// Runs code that a record brings along, as lazy values are; `None` where it panicked. The event can say so:
/// [`Encoder::mark_panicked`]. What formats a value needs none of this: the encoder sees to it.
pub fn contain_panic<R>(run: impl FnOnce() -> R) -> Option<R> {
    current::catch(run).ok()
}

/// The number of the innermost span that this thread is in. Unlike [`Span::current`](crate::Span::current) it records nothing.
pub fn current_span_id() -> Option<NonZeroU64> {
    NonZeroU64::new(crate::span::current_span())
}

/// Returns when all that was logged before it has reached every sink of the pipeline that this thread logs into; see
/// [`TtlogHandle::flush`](crate::TtlogHandle::flush). A custom logger is told to flush, too. `true` where nothing has been started yet.
pub fn flush() -> bool {
    if let Some(logger) = dispatch::custom() {
        logger.flush();
    }
    let of_scope = current::with_flow(|flow| dispatch::pipeline_of(flow?));
    match of_scope.as_ref().or(dispatch::global()) {
        Some(pipeline) => pipeline.flush(),
        None => true,
    }
}

/// Gives all events to another logging system, as [`install_logger`](crate::install_logger) does to a logger; where neither the application nor
/// `RUST_LOG` says a level, that system alone says what it wants, by [`Logger::enabled`].
pub fn install_backend(logger: Box<dyn Logger>) {
    dispatch::install_logger_at(logger, LogLevel::Trace);
}

/// Counts an event as dropped that an adapter had to give up.
pub fn count_dropped() {
    dispatch::count_homeless();
}

/// Tells of a change, with no lock held that an answer needs.
pub(crate) fn interest_has_changed() {
    HOOKS.iter().for_each(|hook| hook());
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    static SITE: CallSite = CallSite::new(Metadata::new(
        LogLevel::Debug,
        "bridged",
        "",
        "",
        0,
        "",
        &[],
    ));
    static CHANGES: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn a_hook_is_told_of_changes_and_may_ask() {
        on_interest_change(|| {
            SITE.interest();
            least_level();
            CHANGES.fetch_add(1, Ordering::Relaxed);
        });
        let before = CHANGES.load(Ordering::Relaxed);
        let handle = crate::init().recorder_only().build().unwrap();
        handle.set_level(LogLevel::Debug);
        assert!(CHANGES.load(Ordering::Relaxed) >= before + 2);
        handle.scope(|| assert!(SITE.is_enabled(LogLevel::Debug)));
    }

    #[test]
    fn an_event_without_a_call_site_is_recorded_with_its_place_and_its_names() {
        let memory = crate::sink::Memory::new();
        let handle = crate::init()
            .redact(["secret"])
            .sink(memory.clone())
            .build()
            .unwrap();
        let place = Place {
            level: LogLevel::Warn,
            target: "conn-7",
            module_path: "net::conn",
            file: "conn.c",
            line: 12,
        };
        handle.scope(|| {
            let mut event = Encoder::begin_apart(&place).unwrap();
            event.message(format_args!("lost {} bytes", 3));
            assert!(event.name("port"));
            event.slot().u64(80);
            assert!(!event.name("secret"));
            assert!(event.name("cause"));
            event.slot().messages(["refused", "no route"].iter());
            event.mark_panicked();
            event.finish();
            assert!(flush());
        });
        let [event] = &memory.take()[..] else {
            panic!("one event")
        };
        assert_eq!(event.level, LogLevel::Warn);
        assert_eq!(event.target, "conn-7");
        assert_eq!(event.module_path.as_deref(), Some("net::conn"));
        assert_eq!(
            (event.file.as_deref(), event.line),
            (Some("conn.c"), Some(12))
        );
        assert_eq!(event.message, "lost 3 bytes");
        assert_eq!(event.field("port"), Some(&80_u64.into()));
        assert_eq!(event.field("secret").unwrap().as_str(), Some("[redacted]"));
        assert_eq!(
            event.field("cause").unwrap().to_string(),
            "refused: no route"
        );
        assert!(event.panicked && event.timestamp_nanos > 0);
    }

    #[test]
    fn scalars_are_recorded_with_their_types() {
        let memory = crate::sink::Memory::new();
        let handle = crate::init().sink(memory.clone()).build().unwrap();
        let place = Place {
            level: LogLevel::Warn,
            target: "bridged",
            module_path: "",
            file: "",
            line: 0,
        };
        let scalars = [
            (Scalar::bool(true), true.into()),
            (Scalar::i64(-1), (-1_i64).into()),
            (Scalar::u64(u64::MAX), u64::MAX.into()),
            (Scalar::f64(0.5), 0.5_f64.into()),
            (Scalar::f32(0.5), 0.5_f32.into()),
            (Scalar::char('é'), 'é'.into()),
        ];
        handle.scope(|| {
            let mut event = Encoder::begin_apart(&place).unwrap();
            for (scalar, _) in &scalars {
                assert!(event.name("value"));
                event.slot().scalar(*scalar);
            }
            event.finish();
            assert!(flush());
        });
        let [event] = &memory.take()[..] else {
            panic!("one event")
        };
        let values: Vec<crate::FieldValue> = scalars.into_iter().map(|(_, value)| value).collect();
        assert!(event.fields.iter().map(|field| &field.value).eq(&values));
    }

    #[test]
    fn scalars_that_were_held_are_recorded_by_their_index() {
        static NAMES: [FieldDef; Scalars::MOST] = [const { FieldDef::new("value") }; Scalars::MOST];
        static OF_SCALARS: CallSite = CallSite::new(Metadata::new(
            LogLevel::Info,
            "bridged",
            "",
            "",
            0,
            "",
            &NAMES,
        ));
        let memory = crate::sink::Memory::new();
        let handle = crate::init().sink(memory.clone()).build().unwrap();
        let scalar = |index| match index {
            0 => Scalar::bool(true),
            1 => Scalar::f64(0.5),
            _ => Scalar::i64(-(index as i64)),
        };
        let mut held = Scalars::new();
        for index in (0..Scalars::MOST).rev() {
            held.set(index, scalar(index));
        }
        assert!((0..Scalars::MOST).all(|index| held.get(index) == scalar(index)));
        let fewer = Scalars::default();
        handle.scope(|| {
            assert!(OF_SCALARS.is_enabled(LogLevel::Info));
            let begin = |count: usize| Encoder::begin(&OF_SCALARS, count as u64).unwrap();
            held.record(begin(Scalars::MOST), Scalars::MOST);
            fewer.record(begin(0), 0);
            assert!(flush());
        });
        let [event, none] = &memory.take()[..] else {
            panic!("two events")
        };
        let values = event.fields.iter().map(|field| field.value.clone());
        let expected: [crate::FieldValue; Scalars::MOST] = [
            true.into(),
            0.5.into(),
            (-2_i64).into(),
            (-3_i64).into(),
            (-4_i64).into(),
        ];
        assert!(values.eq(expected));
        assert!(none.fields.is_empty());
    }

    #[test]
    fn an_event_that_is_discarded_leaves_nothing_behind_and_is_not_counted() {
        static HIDDEN: [FieldDef; 1] = [FieldDef::new("secret")];
        static OF_HIDDEN: CallSite = CallSite::new(Metadata::new(
            LogLevel::Info,
            "bridged",
            "",
            "",
            0,
            "",
            &HIDDEN,
        ));
        let memory = crate::sink::Memory::new();
        let handle = crate::init()
            .redact(["secret"])
            .level(LogLevel::Debug)
            .sink(memory.clone())
            .build()
            .unwrap();
        handle.scope(|| {
            for site in [&SITE, &OF_HIDDEN] {
                // More often than there are scratch rings.
                for _ in 0..10 {
                    assert!(site.is_enabled(LogLevel::Info));
                    let mut event = Encoder::begin(site, 1).unwrap();
                    event.slot().u64(1);
                    event.discard();
                }
                Encoder::begin(site, 1).unwrap().finish();
            }
            assert!(flush());
        });
        let stats = handle.stats();
        assert_eq!((stats.recorded, stats.delivered, memory.len()), (2, 2, 2));
    }

    #[test]
    fn a_panic_of_what_a_record_brings_along_is_contained() {
        assert_eq!(contain_panic(|| 7), Some(7));
        assert_eq!(contain_panic(|| -> u32 { panic!("lazily") }), None);
    }
}
