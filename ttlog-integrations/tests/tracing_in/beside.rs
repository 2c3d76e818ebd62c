//! ttlog's layer beside others, within others, and behind filters.

use std::sync::{Arc, Mutex};

use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Event, Subscriber, debug, info, info_span, trace, warn};
use tracing_subscriber::layer::Context;
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};
use ttlog::sink::Memory;
use ttlog::{LogEvent, LogLevel, TtlogHandle};
use ttlog_integrations::TtlogTracingLayer;

use crate::support::{chain, events_of, run_child};

/// A layer that keeps the levels of the events that it sees.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<tracing::Level>>>);

impl Seen {
    fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl<S: Subscriber> Layer<S> for Seen {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        self.0.lock().unwrap().push(*event.metadata().level());
    }
}

fn four_levels() {
    trace!("trace");
    debug!("debug");
    info!("info");
    warn!("warn");
}

/// A ttlog that takes Warn and above.
struct AtWarn {
    memory: Memory,
    handle: TtlogHandle,
}

impl AtWarn {
    fn start() -> AtWarn {
        let memory = Memory::new();
        let handle = ttlog::init()
            .level(LogLevel::Warn)
            .sink(memory.clone())
            .init();
        AtWarn { memory, handle }
    }

    /// How many events it takes of `work`.
    fn taken(&self, dispatch: Dispatch, work: impl Fn()) -> usize {
        tracing::dispatcher::with_default(&dispatch, work);
        assert!(self.handle.flush());
        self.memory.take().len()
    }
}

#[test]
fn a_layer_beside_it_sees_all_that_it_wants_however_they_are_put_together() {
    run_child("beside::child_with_layers_beside", &[]);
}

#[test]
#[ignore = "run by the test above"]
fn child_with_layers_beside() {
    let at_warn = AtWarn::start();
    let ttlog = TtlogTracingLayer::<Registry>::new;
    type Together = fn(TtlogTracingLayer<Registry>, Seen) -> Dispatch;
    let ways: [(&str, Together); 8] = [
        ("below", |ttlog, seen| {
            Dispatch::new(tracing_subscriber::registry().with(ttlog).with(seen))
        }),
        ("boxed", |ttlog, seen| {
            Dispatch::new(
                tracing_subscriber::registry()
                    .with(ttlog.boxed())
                    .with(seen),
            )
        }),
        ("optional", |ttlog, seen| {
            Dispatch::new(tracing_subscriber::registry().with(Some(ttlog)).with(seen))
        }),
        ("reloadable", |ttlog, seen| {
            let (ttlog, _handle) = reload::Layer::new(ttlog);
            Dispatch::new(tracing_subscriber::registry().with(ttlog).with(seen))
        }),
        ("and then it", |ttlog, seen| {
            Dispatch::new(tracing_subscriber::registry().with(seen.and_then(ttlog)))
        }),
        ("it and then", |ttlog, seen| {
            Dispatch::new(tracing_subscriber::registry().with(ttlog.and_then(seen)))
        }),
        ("in a list", |ttlog, seen| {
            let all: Vec<Box<dyn Layer<Registry> + Send + Sync>> =
                vec![ttlog.boxed(), seen.boxed()];
            Dispatch::new(tracing_subscriber::registry().with(all))
        }),
        ("filtered", |ttlog, seen| {
            let seen = seen.with_filter(LevelFilter::TRACE);
            Dispatch::new(tracing_subscriber::registry().with(ttlog).with(seen))
        }),
    ];
    for (name, way) in ways {
        let seen = Seen::default();
        let dispatch = way(ttlog(), seen.clone());
        assert_eq!(at_warn.taken(dispatch, four_levels), 1, "{name}");
        assert_eq!(seen.count(), 4, "{name}");
    }
    // Above another layer, which is then what it stands on.
    let seen = Seen::default();
    let stack = tracing_subscriber::registry()
        .with(seen.clone())
        .with(TtlogTracingLayer::new());
    assert_eq!(at_warn.taken(Dispatch::new(stack), four_levels), 1);
    assert_eq!(seen.count(), 4);
}

#[test]
fn it_stands_on_the_subscriber_of_fmt_and_gets_what_that_lets_through() {
    run_child("beside::child_on_fmt", &[]);
}

#[test]
#[ignore = "run by the test above"]
fn child_on_fmt() {
    let at_warn = AtWarn::start();
    let fmt = || {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::INFO)
            .with_writer(std::io::sink)
            .finish()
    };
    let [alone, above, within] = [(); 3].map(|()| Seen::default());
    let ways = [
        Dispatch::new(fmt().with(TtlogTracingLayer::new()).with(alone.clone())),
        Dispatch::new(fmt().with(above.clone()).with(TtlogTracingLayer::new())),
        Dispatch::new(fmt().with(TtlogTracingLayer::new().and_then(within.clone()))),
    ];
    for dispatch in ways {
        assert_eq!(at_warn.taken(dispatch, four_levels), 1);
    }
    for seen in [alone, above, within] {
        assert_eq!(seen.count(), 2);
    }
}

#[test]
fn a_question_whether_an_event_is_wanted_costs_no_event() {
    run_child("beside::child_that_asks", &[]);
}

#[test]
#[ignore = "run by the test above"]
fn child_that_asks() {
    let seen = Seen::default();
    let stack = tracing_subscriber::registry()
        .with(TtlogTracingLayer::new())
        .with(seen.clone());
    let taken = AtWarn::start().taken(Dispatch::new(stack), || {
        assert!(tracing::enabled!(tracing::Level::DEBUG));
        warn!("after the question");
    });
    assert_eq!((taken, seen.count()), (1, 1));
}

fn messages(events: &[LogEvent]) -> Vec<&str> {
    events.iter().map(|event| event.message.as_str()).collect()
}

#[test]
fn a_filter_over_it_lets_through_what_both_want() {
    let filter = || EnvFilter::new("info,beside=debug");
    let over = tracing_subscriber::registry().with(TtlogTracingLayer::new().with_filter(filter()));
    let around = tracing_subscriber::registry()
        .with(filter())
        .with(TtlogTracingLayer::new());
    for dispatch in [Dispatch::new(over), Dispatch::new(around)] {
        let events = events_of(dispatch, |_| {
            debug!("not wanted");
            debug!(target: "beside", "wanted");
            info!("wanted, too");
            info_span!(target: "beside", "span").in_scope(|| info!("in a span"));
        });
        let events: Vec<_> = events
            .into_iter()
            .filter(|event| event.message != "span")
            .collect();
        assert_eq!(messages(&events), ["wanted", "wanted, too", "in a span"]);
    }
}

#[test]
fn an_event_in_a_span_that_ttlog_does_not_want_is_in_the_one_around_it() {
    let memory = Memory::new();
    let handle = ttlog::init()
        .filter("trace,quiet=off")
        .sink(memory.clone())
        .build()
        .unwrap();
    let stack = tracing_subscriber::registry()
        .with(TtlogTracingLayer::new())
        .with(Seen::default());
    handle.scope(|| {
        tracing::subscriber::with_default(stack, || {
            let outer = info_span!("outer");
            let quiet = info_span!(target: "quiet", parent: &outer, "quiet");
            // The one around it is not entered: that it is around is known from the quiet one alone.
            let entered = quiet.enter();
            info!("inside");
            info_span!("inner").in_scope(|| info!("further inside"));
            info!(parent: &quiet, "named");
            drop(entered);
            info!("outside");
        });
    });
    assert!(handle.flush());
    let events = memory.events();
    assert_eq!(chain(&events, "inside"), ["outer"]);
    assert_eq!(chain(&events, "further inside"), ["outer", "inner"]);
    assert_eq!(chain(&events, "named"), ["outer"]);
    assert!(chain(&events, "outside").is_empty());
}
