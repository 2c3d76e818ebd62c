//! Instrumented futures, most of them on a real runtime.

use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Waker};
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use ttlog::sink::Memory;
use ttlog::{Instrument, LogLevel, SPAN_END_FIELDS, TtlogHandle, info, info_span, instrument};

use crate::support::{Within, lines, pipeline};

fn runtime(threads: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(threads)
        .build()
        .unwrap()
}

/// A pipeline for tasks.
struct Stage {
    pipeline: Arc<TtlogHandle>,
    memory: Memory,
}

impl Stage {
    fn new() -> Stage {
        let (pipeline, memory) = pipeline(LogLevel::Trace);
        let pipeline = Arc::new(pipeline);
        Stage { pipeline, memory }
    }

    fn within<F: Future>(&self, future: F) -> Within<F> {
        Within::new(&self.pipeline, future)
    }

    fn lines(&self) -> Vec<String> {
        assert!(self.pipeline.flush());
        lines(&self.memory.events())
    }
}

#[instrument]
async fn steps(task: usize) -> usize {
    for _ in 0..20 {
        info!("step", task);
        inner(task).await;
    }
    task
}

#[instrument(skip_all)]
async fn inner(task: usize) {
    yield_now().await;
    info!("inner step", task);
}

#[test]
fn tasks_keep_their_spans_wherever_they_are_polled() {
    let stage = Stage::new();
    runtime(4).block_on(async {
        let tasks: Vec<_> = (0..20)
            .map(|task| tokio::spawn(stage.within(steps(task))))
            .collect();
        for (number, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await.unwrap(), number);
        }
    });
    assert!(stage.pipeline.flush());
    let records = stage.memory.events();
    let span = |name: &str, field: Option<usize>| {
        let begins = records.iter().filter(|record| {
            record.message == name
                && field.is_none_or(|task| {
                    record
                        .field("task")
                        .is_some_and(|value| *value == task as u64)
                })
        });
        let ids = begins.filter(|record| record.field("duration_ns").is_none());
        ids.map(|begin| (begin["span_id"].clone(), begin.span_id))
            .collect::<Vec<_>>()
    };
    let inner = span("inner", None);
    for task in 0..20 {
        let [(own, None)] = &span("steps", Some(task))[..] else {
            panic!("one span, which is in none")
        };
        let of_task = |message: &str| {
            let events = records
                .iter()
                .filter(|record| record.message == message && record["task"] == task as u64);
            events
                .map(|event| event.span_id.map_or(0, u64::from))
                .collect::<Vec<_>>()
        };
        assert_eq!(of_task("step").len(), 20);
        assert!(of_task("step").iter().all(|span| *own == *span));
        assert_eq!(of_task("inner step").len(), 20);
        for span in of_task("inner step") {
            let (_, parent) = inner.iter().find(|(id, _)| *id == span).unwrap();
            assert_eq!(*own, parent.map_or(0, u64::from));
        }
    }
    let ends = records
        .iter()
        .filter(|record| record.field("duration_ns").is_some());
    assert_eq!(ends.count(), 20 + 20 * 20);
}

#[test]
fn a_task_that_moves_to_another_thread_takes_its_span_along() {
    let stage = Stage::new();
    let mut task = Box::pin(stage.within(steps(1)));
    for _ in 0..20 {
        thread::scope(|scope| {
            let polled = scope.spawn(|| {
                stage.pipeline.scope(|| info!("before"));
                assert!(
                    task.as_mut()
                        .poll(&mut TaskContext::from_waker(Waker::noop()))
                        .is_pending()
                );
                stage.pipeline.scope(|| info!("behind"));
            });
            polled.join().unwrap();
        });
    }
    drop(task);
    let lines = stage.lines();
    let count = |line: &str| lines.iter().filter(|known| *known == line).count();
    assert_eq!(count("INFO before") + count("INFO behind"), 40);
    assert_eq!(count("steps: INFO step task=1"), 20);
    assert_eq!(count("steps: INFO begin inner"), 20);
    assert_eq!(count("INFO end inner"), 19);
    assert_eq!(
        lines[lines.len() - 2..],
        [
            "INFO end inner outcome=cancelled",
            "INFO end steps outcome=cancelled"
        ]
    );
}

#[instrument]
async fn waits() -> u8 {
    info!("waits");
    pending().await
}

#[instrument]
async fn is_quick() -> u8 {
    yield_now().await;
    3
}

#[test]
fn what_loses_a_select_is_cancelled() {
    let stage = Stage::new();
    let race = async {
        tokio::select! {
            biased;
            _ = waits() => unreachable!(),
            three = is_quick() => assert_eq!(three, 3),
        }
        info!("behind");
    };
    runtime(1).block_on(stage.within(race));
    let lines = stage.lines();
    let end = |line: &str| lines.iter().filter(|known| *known == line).count();
    assert_eq!(end("INFO end waits outcome=cancelled"), 1, "{lines:?}");
    assert_eq!(end("INFO end is_quick"), 1);
    assert_eq!(lines.last().unwrap(), "INFO behind");
}

#[test]
fn a_task_that_is_aborted_is_cancelled() {
    let stage = Stage::new();
    runtime(2).block_on(async {
        let task = tokio::spawn(stage.within(waits()));
        while stage.memory.events().is_empty() {
            yield_now().await;
            stage.pipeline.flush();
        }
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    });
    assert_eq!(
        stage.lines(),
        [
            "INFO begin waits",
            "waits: INFO waits",
            "INFO end waits outcome=cancelled"
        ]
    );
}

#[instrument]
async fn breaks(number: u64) -> Result<u64, String> {
    yield_now().await;
    assert!(number > 0, "it breaks");
    Ok(number)
}

#[test]
fn a_panic_in_a_poll_ends_the_span_and_leaves_the_thread_outside() {
    let stage = Stage::new();
    runtime(1).block_on(async {
        let task = tokio::spawn(stage.within(breaks(0)));
        assert!(task.await.unwrap_err().is_panic());
        let after = tokio::spawn(stage.within(async { info!("after") }));
        after.await.unwrap();
    });
    let lines = stage.lines();
    assert_eq!(lines[0], "INFO begin breaks number=0");
    assert!(
        lines.contains(&"INFO end breaks outcome=panicked".into()),
        "{lines:?}"
    );
    assert_eq!(lines.last().unwrap(), "INFO after");
}

/// What `#[async_trait]` makes of a trait with an `async fn`.
trait Store {
    fn load<'a>(
        &'a self,
        key: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send + 'a>>;
}

struct Disk {
    name: String,
}

impl Store for Disk {
    #[instrument(fields(self.name), err, ret)]
    fn load<'a>(
        &'a self,
        key: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send + 'a>> {
        Box::pin(async move {
            if let Some(__ret) = None::<Result<usize, String>> {
                return __ret;
            }
            let __self = self;
            let __ret: Result<usize, String> = {
                yield_now().await;
                info!("within");
                if key.is_empty() {
                    Err("empty".to_owned())?;
                }
                Ok(key.len() + __self.name.len())
            };
            __ret
        })
    }
}

#[instrument]
fn gives_block(number: u8) -> impl Future<Output = u8> + Send {
    let doubled = number * 2;
    async move {
        info!("within");
        doubled
    }
}

#[test]
fn functions_that_give_a_future_are_instrumented_as_async_ones() {
    let stage = Stage::new();
    runtime(1).block_on(stage.within(async {
        let disk = Disk { name: "sda".into() };
        assert_eq!(disk.load("key").await, Ok(6));
        assert!(disk.load("").await.is_err());
        assert_eq!(gives_block(2).await, 4);
    }));
    assert_eq!(
        stage.lines(),
        [
            "INFO begin load key=key self.name=sda",
            "load: INFO within",
            "load: INFO load returned return=6",
            "INFO end load",
            "INFO begin load key= self.name=sda",
            "load: INFO within",
            "load: ERROR load failed error=empty",
            "INFO end load outcome=error",
            "INFO begin gives_block number=2",
            "gives_block: INFO within",
            "INFO end gives_block",
        ]
    );
}

/// A block may stand in front of the future, too.
#[instrument(err)]
fn refuses(number: u8) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send>> {
    if number == 0 {
        return Box::pin(std::future::ready(Ok(0)));
    }
    Box::pin(async move { Err(format!("{number} is refused")) })
}

/// Functions of which a macro has the body, or what it ends in, from its caller.
macro_rules! functions {
    ($plain:ident $block:block $later:ident $future:expr) => {
        #[instrument]
        async fn $plain(number: u8) $block

        #[instrument]
        fn $later(number: u8) -> Pin<Box<dyn Future<Output = ()>>> {
            let _ = number;
            $future
        }
    };
}

functions! {
    of_block { info!("within") }
    of_expression Box::pin(async { info!("within") })
}

#[test]
fn a_future_is_found_behind_a_block_and_in_what_a_macro_brings() {
    let stage = Stage::new();
    runtime(1).block_on(stage.within(async {
        assert_eq!(refuses(0).await, Ok(0));
        assert!(refuses(7).await.is_err());
        of_block(1).await;
        of_expression(2).await;
    }));
    assert_eq!(
        stage.lines(),
        [
            "INFO begin refuses number=0",
            "INFO end refuses",
            "INFO begin refuses number=7",
            "refuses: ERROR refuses failed error=7 is refused",
            "INFO end refuses outcome=error",
            "INFO begin of_block number=1",
            "of_block: INFO within",
            "INFO end of_block",
            "INFO begin of_expression number=2",
            "of_expression: INFO within",
            "INFO end of_expression",
        ]
    );
}

struct Server {
    served: u64,
}

impl Server {
    #[instrument(fields(served = self.served))]
    async fn serve<'a, T>(&'a mut self, name: &'a T, depth: u32) -> std::io::Result<&'a str>
    where
        T: AsRef<str> + std::fmt::Debug + ?Sized,
    {
        self.served += 1;
        let text = std::str::from_utf8(name.as_ref().as_bytes()).map_err(std::io::Error::other)?;
        if depth > 0 {
            Box::pin(self.serve(text, depth - 1)).await?;
        }
        Ok(text)
    }
}

#[test]
fn generic_and_recursive_async_methods_stay_as_they_are() {
    fn is_send<T: Send>(future: T) -> T {
        future
    }
    let stage = Stage::new();
    let mut server = Server { served: 0 };
    let name = String::from("Ada");
    let serve = is_send(server.serve(&name, 1));
    assert_eq!(runtime(1).block_on(stage.within(serve)).unwrap(), "Ada");
    assert_eq!(
        stage.lines(),
        [
            "INFO begin serve name=\"Ada\" depth=1 served=0",
            "serve: INFO begin serve name=\"Ada\" depth=0 served=1",
            "INFO end serve",
            "INFO end serve",
        ]
    );
}

#[test]
fn a_task_that_is_spawned_may_stay_in_the_span() {
    let stage = Stage::new();
    let parent = async {
        let child = stage.within(async { info!("in it") }.in_current_context());
        tokio::spawn(child).await.unwrap();
        let alone = stage.within(async { info!("alone") });
        tokio::spawn(alone).await.unwrap();
    };
    let span = stage.pipeline.scope(|| info_span!("parent"));
    runtime(2).block_on(stage.within(parent.instrument(span)));
    let lines = stage.lines();
    assert_eq!(lines[0], "INFO begin parent");
    assert!(lines.contains(&"parent: INFO in it".into()), "{lines:?}");
    assert!(lines.contains(&"INFO alone".into()), "{lines:?}");
    assert_eq!(lines.last().unwrap(), "INFO end parent");
}

#[test]
fn an_end_tells_how_long_the_future_was_polled_and_how_long_it_was_not() {
    let stage = Stage::new();
    let mut polls = 0;
    let future = poll_fn(move |task| {
        polls += 1;
        task.waker().wake_by_ref();
        if polls < 3 {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    });
    let span = stage.pipeline.scope(|| info_span!("polled"));
    runtime(1).block_on(stage.within(future.instrument(span)));
    assert!(stage.pipeline.flush());
    let end = stage.memory.events().pop().unwrap();
    let [duration, busy, idle] = [1, 2, 3].map(|at| match end[SPAN_END_FIELDS[at]] {
        ttlog::FieldValue::U64(ns) => ns,
        ref other => panic!("{other:?}"),
    });
    // Each is rounded on its own.
    assert!(
        duration.abs_diff(busy + idle) <= 2,
        "{duration} {busy} {idle}"
    );
}
