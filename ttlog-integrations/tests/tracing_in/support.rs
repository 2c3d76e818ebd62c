//! The ways from `tracing` into ttlog, what comes out, and child processes.

use std::process::{Command, Output};

use tracing::Dispatch;
use tracing_subscriber::prelude::*;
use ttlog::sink::{Memory, Sink, SpanRecords};
use ttlog::{FieldValue, LogEvent, LogLevel, TtlogHandle};
use ttlog_integrations::{TtlogSubscriber, TtlogTracingLayer};

/// How `tracing` gets to ttlog.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    Layer,
    Subscriber,
}

impl Way {
    pub(crate) const ALL: [Way; 2] = [Way::Layer, Way::Subscriber];

    pub(crate) fn dispatch(self) -> Dispatch {
        match self {
            Way::Layer => {
                Dispatch::new(tracing_subscriber::registry().with(TtlogTracingLayer::new()))
            }
            Way::Subscriber => Dispatch::new(TtlogSubscriber::new()),
        }
    }

    /// Runs `work` with a pipeline of its own that takes everything; gives the events.
    pub(crate) fn events(self, work: impl FnOnce(&Scene)) -> Vec<LogEvent> {
        events_of(self.dispatch(), work)
    }
}

/// A pipeline and a dispatcher, for work that goes on in several threads.
pub(crate) struct Scene {
    pub(crate) handle: TtlogHandle,
    pub(crate) dispatch: Dispatch,
}

impl Scene {
    pub(crate) fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        self.handle
            .scope(|| tracing::dispatcher::with_default(&self.dispatch, work))
    }
}

pub(crate) fn events_of(dispatch: Dispatch, work: impl FnOnce(&Scene)) -> Vec<LogEvent> {
    let memory = Memory::new();
    let handle = ttlog::init()
        .level(LogLevel::Trace)
        .sink(memory.clone().with_spans(SpanRecords::All))
        .build()
        .unwrap();
    let scene = Scene { handle, dispatch };
    scene.run(|| work(&scene));
    // What is still open there ends in this pipeline.
    let Scene { handle, dispatch } = scene;
    handle.scope(|| drop(dispatch));
    assert!(handle.flush());
    let stats = handle.stats();
    assert_eq!(stats.dropped, 0, "{stats:?}");
    memory.events()
}

/// The event of this message.
pub(crate) fn event<'a>(events: &'a [LogEvent], message: &str) -> &'a LogEvent {
    let mut found = events.iter().filter(|event| event.message == message);
    let event = found.next();
    assert!(found.next().is_none(), "{message} came twice");
    event.unwrap_or_else(|| panic!("no {message} in {events:#?}"))
}

/// The names of the spans that the event of this message is in, the outermost first.
pub(crate) fn chain(events: &[LogEvent], of: &str) -> Vec<String> {
    let event = event(events, of);
    event
        .spans
        .iter()
        .map(|span| span.name.to_string())
        .collect()
}

/// The fields of the event of this message, as text.
pub(crate) fn fields(event: &LogEvent) -> Vec<(String, String)> {
    let fields = event.fields.iter();
    fields
        .map(|field| (field.key.to_string(), format!("{:?}", field.value)))
        .collect()
}

/// Of a span, the record of its end.
pub(crate) fn end_of<'a>(events: &'a [LogEvent], name: &str) -> &'a LogEvent {
    let is_end = |event: &&LogEvent| event.message == name && event.field("duration_ns").is_some();
    let mut ends = events.iter().filter(is_end);
    let end = ends.next();
    assert!(ends.next().is_none(), "{name} has ended twice");
    end.unwrap_or_else(|| panic!("{name} has not ended in {events:#?}"))
}

pub(crate) fn number(event: &LogEvent, field: &str) -> u64 {
    match event.field(field) {
        Some(FieldValue::U64(number)) => *number,
        other => panic!("{field} of {event:?} is {other:?}"),
    }
}

/// Runs a test of this program that is ignored otherwise, in a process of its own; gives what it has written.
pub(crate) fn run_child(test: &str, variables: &[(&str, &str)]) -> String {
    let program = std::env::current_exe().unwrap();
    let arguments = [
        test,
        "--exact",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ];
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(program)
        .args(arguments)
        .env_remove("RUST_LOG")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr),
    );
    assert!(
        status.success() && stdout.contains("1 passed"),
        "{status}\n{stdout}\n{stderr}"
    );
    stderr.into_owned()
}
