//! Log calls from where one would not expect them: inside a value, inside a sink, inside another scope.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use ttlog::{EventRef, Logger, RingLogger, Sink, info};

use crate::support::{Directory, Kept, bounded, flush_and_balance, number, tiny};

/// Logs while it is formatted.
struct Chatty(u64);

impl fmt::Display for Chatty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        info!("inner", n = self.0);
        write!(f, "chatty {}", self.0)
    }
}

#[test]
fn a_value_may_log() {
    let kept = Kept::default();
    let handle = tiny().sink(kept.clone()).build().unwrap();
    handle.scope(|| {
        for n in 0..1_000 {
            info!("outer", value = %Chatty(n), n = 10_000 + n);
        }
    });
    let stats = flush_and_balance(&handle);
    assert_eq!((stats.recorded, stats.dropped), (2_000, 0));
    let events = kept.events();
    let of = |message: &str| -> Vec<u64> {
        let events = events.iter().filter(|event| event.message == message);
        events.map(|event| number(event, "n")).collect()
    };
    assert!(of("inner").into_iter().eq(0..1_000));
    assert!(of("outer").into_iter().eq(10_000..11_000));
    for event in events.iter().filter(|event| event.message == "outer") {
        let expected = format!("chatty {}", number(event, "n") - 10_000);
        assert_eq!(event.field("value").unwrap().as_str(), Some(&expected[..]));
    }
}

/// Logs itself while it is formatted.
struct Endless;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

impl fmt::Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let depth = DEPTH.get() + 1;
        assert!(depth < 100, "the recursion has no end");
        DEPTH.set(depth);
        info!("level", depth, itself = %Endless);
        DEPTH.set(depth - 1);
        f.write_str("endless")
    }
}

#[test]
fn a_value_that_logs_itself_is_followed_to_a_depth_and_the_rest_is_counted() {
    let kept = Kept::default();
    let handle = tiny().sink(kept.clone()).build().unwrap();
    handle.scope(|| {
        for _ in 0..10 {
            info!("level", depth = 0_u32, itself = %Endless);
        }
        info!("after", depth = 0_u32);
    });
    let stats = flush_and_balance(&handle);
    assert_eq!(stats.dropped, 10);
    assert_eq!(kept.len() as u64, stats.delivered);
    assert_eq!(kept.told_lost("dropped"), 10);
    assert!(kept.events().iter().all(|event| !event.panicked));
    assert!(kept.messages().contains(&"after".to_owned()));
}

#[test]
fn a_value_may_log_through_scopes_of_other_pipelines() {
    struct Wanderer<'a> {
        here: &'a RingLoggerScope,
        there: &'a RingLoggerScope,
    }

    impl fmt::Display for Wanderer<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.there.0.scope(|| {
                info!("there");
                self.here.0.scope(|| {
                    info!("here");
                    self.there.0.scope(|| info!("there"));
                    info!("here");
                });
                // The event that this is a value of is still in the making.
                self.here.0.scope(|| {
                    info!("here");
                    self.here.0.scope(|| info!("here"));
                });
                info!("there");
            });
            f.write_str("wandered")
        }
    }

    struct RingLoggerScope(ttlog::TtlogHandle);

    let kept = [Kept::default(), Kept::default()];
    let here = RingLoggerScope(tiny().sink(kept[0].clone()).build().unwrap());
    let there = RingLoggerScope(tiny().sink(kept[1].clone()).build().unwrap());
    here.0.scope(|| {
        for n in 0..50_u64 {
            let value = Wanderer {
                here: &here,
                there: &there,
            };
            info!("outer", value = %value, n);
        }
    });
    let (stats_here, stats_there) = (flush_and_balance(&here.0), flush_and_balance(&there.0));
    assert_eq!((stats_here.recorded, stats_here.dropped), (250, 0));
    assert_eq!((stats_there.recorded, stats_there.dropped), (150, 0));
    let messages = |kept: &Kept, message: &str| {
        kept.messages()
            .iter()
            .filter(|other| *other == message)
            .count()
    };
    assert_eq!(messages(&kept[0], "outer"), 50);
    assert_eq!(messages(&kept[0], "here"), 200);
    assert_eq!(messages(&kept[1], "there"), 150);
    let outer = kept[0].events();
    let outer = outer.iter().filter(|event| event.message == "outer");
    for (n, event) in outer.enumerate() {
        assert_eq!(number(event, "n"), n as u64);
        assert_eq!(event.field("value").unwrap().as_str(), Some("wandered"));
    }
}

/// A sink that uses the pipeline which it belongs to.
struct Entangled {
    pipeline: Arc<OnceLock<RingLogger>>,
    kept: Kept,
}

impl Sink for Entangled {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        self.kept.keep(event);
        if event.message() == "event"
            && let Some(pipeline) = self.pipeline.get()
        {
            pipeline.emit(
                ttlog::EventBuilder::with_capacity(1)
                    .target("sink")
                    .field("n", 7_u64)
                    .build(),
            );
            pipeline.flush();
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(pipeline) = self.pipeline.get() {
            pipeline.flush();
        }
        Ok(())
    }
}

#[test]
fn a_sink_may_log_to_its_own_pipeline_and_flush_it() {
    const EVENTS: u64 = 5_000;
    let pipeline = Arc::new(OnceLock::new());
    let kept = Kept::default();
    let handle = tiny()
        .sink(Entangled {
            pipeline: pipeline.clone(),
            kept: kept.clone(),
        })
        .build()
        .unwrap();
    pipeline.set(handle.logger()).unwrap();
    bounded("logging into an entangled sink", move || {
        handle.scope(|| (0..EVENTS).for_each(|n| info!("event", n)));
        // What the sink logs on a flush comes after that flush.
        assert!(handle.flush());
        let stats = flush_and_balance(&handle);
        assert!(stats.recorded >= EVENTS);
        assert_eq!(kept.told_lost("dropped"), stats.sinks[0].dropped);
        let events = kept.events();
        let of_callers: Vec<_> = events
            .iter()
            .filter(|event| event.target != "sink")
            .collect();
        assert_eq!(of_callers.len() as u64, EVENTS);
    });
}

#[test]
fn a_sink_may_end_a_pipeline_and_write_a_snapshot() {
    struct Owner {
        other: Option<ttlog::TtlogHandle>,
        snapshots: Kept,
    }

    impl Sink for Owner {
        fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
            if let Some(other) = self.other.take() {
                other.scope(|| info!("from a sink"));
                other.snapshot("from a sink").unwrap();
                drop(other);
            }
            self.snapshots.keep(event);
            Ok(())
        }
    }

    let directory = Directory::new();
    let kept = [Kept::default(), Kept::default()];
    let other = tiny()
        .sink(kept[0].clone())
        .snapshot_dir(directory.path())
        .build()
        .unwrap();
    let handle = tiny()
        .sink(Owner {
            other: Some(other),
            snapshots: kept[1].clone(),
        })
        .build()
        .unwrap();
    bounded("a sink that ends a pipeline", move || {
        handle.scope(|| info!("event"));
        flush_and_balance(&handle);
        assert_eq!(kept[1].messages(), ["event"]);
        crate::support::wait_until("the other sink has its event", || {
            kept[0].messages() == ["from a sink"]
        });
    });
    assert_eq!(directory.snapshots().len(), 1);
}

#[test]
fn what_is_logged_after_the_end_of_a_pipeline_waits_for_nobody() {
    let kept = Kept::default();
    let handle = tiny().sink(kept.clone()).build().unwrap();
    let logger = handle.logger();
    drop(handle);
    bounded("logging to a pipeline that has ended", move || {
        for n in 0..10_000_u64 {
            logger.emit(ttlog::EventBuilder::with_capacity(1).field("n", n).build());
        }
        logger.flush();
    });
    assert_eq!(kept.len(), 0);
}
