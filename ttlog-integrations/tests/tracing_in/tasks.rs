//! Spans of tasks that move between threads.

use std::sync::Arc;

use tokio::sync::Barrier;
use tracing::instrument::WithSubscriber;
use tracing::{Instrument, info, info_span};
use ttlog_integrations::TtlogSubscriber;

use crate::support::{chain, event, run_child};

const TASKS: usize = 40;

#[test]
fn each_event_is_in_the_spans_of_its_task() {
    run_child("tasks::child_with_tasks", &[]);
}

/// The global pipeline and the global subscriber: tasks are polled on threads that nobody has prepared.
#[test]
#[ignore = "run by the test above"]
fn child_with_tasks() {
    let memory = ttlog::sink::Memory::new();
    let handle = ttlog::init().sink(memory.clone()).init();
    tracing::subscriber::set_global_default(TtlogSubscriber::new()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(async {
        // All are within their spans at once.
        let barrier = Arc::new(Barrier::new(TASKS));
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| {
                let barrier = barrier.clone();
                let work = async move {
                    let inner = async {
                        barrier.wait().await;
                        info!("inner {task}");
                    };
                    inner.instrument(info_span!("inner")).await;
                    info!("outer {task}");
                };
                let work = work.instrument(info_span!("task", number = task));
                tokio::spawn(work.with_current_subscriber())
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    info!("outside");
    assert!(handle.flush());
    let events = memory.events();
    for task in 0..TASKS {
        let (inner, outer) = (format!("inner {task}"), format!("outer {task}"));
        assert_eq!(chain(&events, &inner), ["task", "inner"]);
        assert_eq!(chain(&events, &outer), ["task"]);
        for message in [inner, outer] {
            let number = event(&events, &message).field_in_chain("number").cloned();
            assert_eq!(number, Some((task as u64).into()));
        }
    }
    assert!(chain(&events, "outside").is_empty());
}
