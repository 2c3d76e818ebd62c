//! ttlog's events and spans out to `tracing`.
//!
//! | module | owns |
//! |---|---|
//! | `open_spans` | the spans of `tracing` that stand for ttlog's |
//! | `site` | the call sites that `tracing` is told of, made at run time |
//! | `values` | fields as `tracing` takes them |

mod open_spans;
mod site;
mod values;

use std::fmt;
use std::num::NonZeroU64;

use tracing_core::span::{Attributes, Record};
use tracing_core::{Event, dispatcher};
use ttlog_core::{Field, FieldValue, LogEvent, LogLevel, Logger, RecordKind, bridge};

use crate::backend::BackendError;
use crate::crossing::Backend;
use crate::giving::give;
use open_spans::{Chain, OpenSpan, OpenSpans};
use values::Values;

/// Gives ttlog's events and spans to `tracing`: to the dispatcher of the thread, and what is in a span to the dispatcher that has the span.
///
/// Levels, targets, places, names and typed values are what they are in ttlog; `Critical` is `ERROR`, with the field `critical`. A span is one of
/// `tracing`'s from its beginning to its end, a context is one with the name `context`, and both are the explicit parents of what is in them; what is in none is in
/// the span of `tracing` that the thread is in. Where a filter doesn't take a context, whose target is `ttlog`, the events in it have its fields.
///
/// The thread is in them for as long as it gives an event, and no longer: so layers find the current span, and filters that go by spans know it, but what
/// `tracing`'s own macros log is not in them, and a layer that tells of entering and leaving, or measures it, sees just that.
///
/// Filters are asked before values are evaluated, by level, target and spans. One that goes by an event's own fields (`[{user}]=debug`) does not find
/// them then.
///
/// [`set_backend`](crate::set_backend) puts it in place.
#[derive(Default)]
pub struct TracingLogger {
    spans: OpenSpans,
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

    /// The open spans that an event is in.
    fn around(&self, event: &LogEvent) -> Chain {
        let outer = event.spans.iter().rev().map(|span| span.id);
        self.spans.chain(event.span_id.into_iter().chain(outer))
    }

    /// The fields that an event is given with: its own, then those of contexts that are no spans there. A name comes once, unless the event has it more often itself.
    fn fields_of<'a>(&self, event: &'a LogEvent) -> Vec<&'a Field> {
        let mut fields: Vec<&Field> = event.fields.iter().collect();
        let contexts = event.spans.iter().rev().filter(|span| span.is_context);
        for context in contexts.filter(|context| !self.spans.is_open(context.id)) {
            for field in &context.fields {
                if !fields.iter().any(|known| known.key == field.key) {
                    fields.push(field);
                }
            }
        }
        fields
    }

    fn event(&self, event: &LogEvent) {
        let fields = self.fields_of(event);
        let site = site::of_event(event, &fields);
        self.around(event).within(|dispatch, parent| {
            if !site.is_wanted(dispatch) {
                return;
            }
            let values = Values::of_event(event, &fields, site);
            values.give(site.fields(), |set| match parent.clone() {
                Some(parent) => {
                    dispatch.event(&Event::new_child_of(parent, site.known(), set));
                }
                None => dispatch.event(&Event::new(site.known(), set)),
            });
        });
    }

    fn begin(&self, event: &LogEvent) {
        let Some(number) = number_of(event) else {
            return;
        };
        let site = site::of_span(event);
        let chain = self.around(event);
        let begun = chain.within(|dispatch, parent| {
            if !site.is_wanted(dispatch) {
                return None;
            }
            let values = Values::of_span(event, site);
            let id = values.give(site.fields(), |set| {
                dispatch.new_span(&match parent.clone() {
                    Some(parent) => Attributes::child_of(parent, site.known(), set),
                    None => Attributes::new(site.known(), set),
                })
            });
            let dispatch = dispatch.clone();
            Some(OpenSpan { dispatch, id, site })
        });
        self.spans.insert(number, &chain, begun);
    }

    fn record(&self, event: &LogEvent) {
        let span = number_of(event).and_then(|number| self.spans.get(number));
        if let Some(span) = span {
            // Fields that the span has not declared are told of by a call site of their own.
            let site = if span.site.knows(&event.fields[1..]) {
                span.site
            } else {
                site::of_span(event)
            };
            let values = Values::of_span(event, site);
            values.give(site.fields(), |set| {
                span.dispatch.record(&span.id, &Record::new(set));
            });
        }
    }

    fn end(&self, event: &LogEvent) {
        drop(number_of(event).and_then(|number| self.spans.remove(number)));
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
        if kind != RecordKind::Event {
            return true;
        }
        let is_wanted = || {
            let site = site::hint(level, target);
            site.is_always_wanted().unwrap_or_else(|| {
                let chain = self.spans.chain(bridge::current_span_id().into_iter());
                chain.within(|dispatch, _| site.is_wanted(dispatch))
            })
        };
        give(is_wanted).unwrap_or(false)
    }

    fn flush(&self) {}

    fn set_level(&self, _: LogLevel) {}
}

/// Spans whose ends come no more are closed.
impl Drop for TracingLogger {
    fn drop(&mut self) {
        for span in self.spans.take_all() {
            give(|| drop(span));
        }
    }
}
