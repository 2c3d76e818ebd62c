//! What stands in the stream of spans and events, in words.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use ttlog::sink::Memory;
use ttlog::{LogEvent, LogLevel, RecordKind, SPAN_ID, TtlogHandle};

/// A pipeline whose records are kept.
pub(crate) fn pipeline(level: LogLevel) -> (TtlogHandle, Memory) {
    let memory = Memory::new();
    let handle = ttlog::init()
        .level(level)
        .sink(memory.clone())
        .build()
        .unwrap();
    (handle, memory)
}

/// The lines of what `work` logs; see [`lines`].
pub(crate) fn told(work: impl FnOnce()) -> Vec<String> {
    told_at(LogLevel::Trace, work)
}

/// The same where events of `level` and above are wanted.
pub(crate) fn told_at(level: LogLevel, work: impl FnOnce()) -> Vec<String> {
    let (handle, memory) = pipeline(level);
    handle.scope(work);
    assert!(handle.flush());
    lines(&memory.events())
}

/// A line for each record: `span > span: LEVEL message field=value`, with `begin` or `end` before the name of a span.
pub(crate) fn lines(records: &[LogEvent]) -> Vec<String> {
    records.iter().map(line).collect()
}

fn line(record: &LogEvent) -> String {
    let around = record.spans.iter().filter(|span| !span.is_context);
    let mut around: Vec<_> = around.map(|span| &*span.name).collect();
    if record.kind == RecordKind::SpanBegin {
        assert_eq!(around.pop(), Some(&*record.message));
    }
    // An end stands in what the thread was in when it ended, which is of no interest.
    let path = match record.kind {
        RecordKind::SpanEnd => String::new(),
        _ if around.is_empty() => String::new(),
        _ => around.join(" > ") + ": ",
    };
    let what = match record.kind {
        RecordKind::SpanBegin => "begin ",
        RecordKind::SpanEnd => "end ",
        _ => "",
    };
    let times = [SPAN_ID, "duration_ns", "busy_ns", "idle_ns"];
    let fields = record.fields.iter();
    let fields: String = fields
        .filter(|field| !times.contains(&&*field.key))
        .map(|field| format!(" {}={}", field.key, field.value))
        .collect();
    format!("{path}{} {what}{}{fields}", record.level, record.message)
}

/// A future that is polled and dropped in the scope of a pipeline, in whatever thread.
pub(crate) struct Within<F> {
    pipeline: Arc<TtlogHandle>,
    future: Option<Pin<Box<F>>>,
}

impl<F> Within<F> {
    pub(crate) fn new(pipeline: &Arc<TtlogHandle>, future: F) -> Within<F> {
        Within {
            pipeline: Arc::clone(pipeline),
            future: Some(Box::pin(future)),
        }
    }
}

impl<F: Future> Future for Within<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let future = this.future.as_mut().unwrap().as_mut();
        this.pipeline.scope(|| future.poll(task))
    }
}

impl<F> Drop for Within<F> {
    fn drop(&mut self) {
        let future = self.future.take();
        self.pipeline.scope(|| drop(future));
    }
}
