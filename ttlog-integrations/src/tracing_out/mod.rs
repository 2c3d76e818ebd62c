//! ttlog's events and spans out to `tracing`.
//!
//! | module | owns |
//! |---|---|
//! | `site` | the call sites that `tracing` is told of, made at run time |
//! | `values` | fields as `tracing` takes them |

mod site;
mod values;

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};

use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Dispatch, Event, dispatcher};
use ttlog_core::{FieldValue, LogEvent, LogLevel, Logger, RecordKind};

use crate::backend::BackendError;
use crate::crossing::Backend;
use crate::giving::give;
use site::Site;
use values::Values;

/// Gives ttlog's events and spans to `tracing`: to the dispatcher of the thread, and what is in a span to the dispatcher that has the span.
///
/// Levels, targets, places, names and typed values are what they are in ttlog; `Critical` is `ERROR`, with the field `critical`. A span is one of
/// `tracing`'s from its beginning to its end, a context is one with the name `context`, and both are the explicit parents of what is in them; what is in none is in
/// the span of `tracing` that the thread is in. They are not entered: what `tracing`'s own macros log is not in them, and a layer that measures for how
/// long a span was entered finds nothing. [`set_backend`](crate::set_backend) puts it in place.
#[derive(Default)]
pub struct TracingLogger {
    /// By their numbers in ttlog.
    spans: Mutex<HashMap<NonZeroU64, OpenSpan>>,
}

#[derive(Clone)]
struct OpenSpan {
    dispatch: Dispatch,
    id: Id,
    site: &'static Site,
}

impl fmt::Debug for TracingLogger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracingLogger").finish_non_exhaustive()
    }
}

impl TracingLogger {
    /// Gives events to whatever dispatcher a thread has at the time.
    pub fn new() -> TracingLogger {
        TracingLogger::default()
    }

    /// The same, if they don't come back and go nowhere.
    pub(crate) fn checked() -> Result<TracingLogger, BackendError> {
        let leads_back =
            dispatcher::get_default(|dispatch| dispatch.is::<crate::TtlogSubscriber>());
        if leads_back {
            return Err(BackendError::LeadsBack(Backend::Tracing));
        }
        Ok(TracingLogger::new())
    }

    /// The innermost open span that an event is in.
    fn around(&self, event: &LogEvent) -> Option<OpenSpan> {
        let innermost = event.span_id?;
        let outer = event.spans.iter().rev().map(|span| span.id);
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        let found = std::iter::once(innermost)
            .chain(outer)
            .find_map(|id| spans.get(&id));
        found.cloned()
    }

    fn event(&self, event: &LogEvent) {
        let site = site::of_event(event);
        let log = |dispatch: &Dispatch, parent: Option<Id>| {
            if !site.is_wanted(dispatch) {
                return;
            }
            let values = Values::of_event(event, site);
            values.give(site.fields(), |set| match parent {
                Some(parent) => {
                    dispatch.event(&Event::new_child_of(parent, site.known(), set));
                }
                None => dispatch.event(&Event::new(site.known(), set)),
            });
        };
        match self.around(event) {
            Some(span) => log(&span.dispatch, Some(span.id)),
            None => dispatcher::get_default(|dispatch| log(dispatch, None)),
        }
    }

    fn begin(&self, event: &LogEvent) {
        let Some(number) = number_of(event) else {
            return;
        };
        let site = site::of_span(event);
        let parent = self.around(event);
        let begin = |dispatch: &Dispatch, parent: Option<Id>| {
            if !site.is_wanted(dispatch) {
                return None;
            }
            let values = Values::of_span(event, site);
            let id = values.give(site.fields(), |set| {
                dispatch.new_span(&match parent {
                    Some(parent) => Attributes::child_of(parent, site.known(), set),
                    None => Attributes::new(site.known(), set),
                })
            });
            let dispatch = dispatch.clone();
            Some(OpenSpan { dispatch, id, site })
        };
        let begun = match parent {
            Some(span) => begin(&span.dispatch, Some(span.id)),
            None => dispatcher::get_default(|dispatch| begin(dispatch, None)),
        };
        if let Some(begun) = begun {
            let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
            spans.insert(number, begun);
        }
    }

    fn record(&self, event: &LogEvent) {
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        let span = number_of(event).and_then(|number| spans.get(&number).cloned());
        drop(spans);
        if let Some(OpenSpan { dispatch, id, site }) = span {
            // Fields that the span has not declared are told of by a call site of their own.
            let site = if site.knows(&event.fields[1..]) {
                site
            } else {
                site::of_span(event)
            };
            let values = Values::of_span(event, site);
            values.give(site.fields(), |set| {
                dispatch.record(&id, &Record::new(set));
            });
        }
    }

    fn end(&self, event: &LogEvent) {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        let span = number_of(event).and_then(|number| spans.remove(&number));
        drop(spans);
        if let Some(span) = span {
            span.dispatch.try_close(span.id);
        }
    }
}

/// The number of the span that a record tells of.
fn number_of(event: &LogEvent) -> Option<NonZeroU64> {
    match event.fields.first()?.value {
        FieldValue::U64(number) => NonZeroU64::new(number),
        _ => None,
    }
}

impl Logger for TracingLogger {
    fn emit(&self, event: LogEvent) {
        give(|| match event.kind {
            RecordKind::SpanBegin | RecordKind::ContextBegin => self.begin(&event),
            RecordKind::SpanFields => self.record(&event),
            RecordKind::SpanEnd | RecordKind::ContextEnd => self.end(&event),
            _ => self.event(&event),
        });
    }

    fn enabled(&self, level: LogLevel, target: &str, kind: RecordKind) -> bool {
        if !site::level_is_wanted(level) {
            return false;
        }
        // What filters say of a span, they say of its name and fields.
        kind != RecordKind::Event
            || give(|| {
                let site = site::hint(level, target);
                dispatcher::get_default(|dispatch| site.is_wanted(dispatch))
            })
            .unwrap_or(false)
    }

    fn flush(&self) {}

    fn set_level(&self, _: LogLevel) {}
}

/// Spans whose ends come no more are closed.
impl Drop for TracingLogger {
    fn drop(&mut self) {
        let spans = self.spans.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (_, span) in spans.drain() {
            give(|| span.dispatch.try_close(span.id));
        }
    }
}
