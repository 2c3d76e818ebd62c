//! [`TraceParent`]: the `traceparent` of W3C Trace Context, by which a trace goes from process to process.
//!
//! <https://www.w3.org/TR/trace-context/#traceparent-header>

use std::fmt;
use std::num::{NonZeroU64, NonZeroU128};
use std::str::FromStr;

use super::context::{WithContext, run};
use super::node::Node;
use super::scope;
use super::surroundings::{SAMPLED, hex};

/// A place in a trace: what the header `traceparent` says.
///
/// ```
/// use ttlog_core::TraceParent;
///
/// let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let parent: TraceParent = header.parse()?;
/// assert!(parent.sampled);
/// assert_eq!(parent.to_string(), header);
/// # Ok::<(), ttlog_core::ParseTraceParentError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceParent {
    /// The trace.
    pub trace_id: NonZeroU128,
    /// The span in it.
    pub span_id: NonZeroU64,
    /// Whether the caller records the trace. Those that begin here are recorded.
    pub sampled: bool,
}

impl TraceParent {
    /// The span that this thread is in, for a call that goes out; `None` outside of all spans. Contexts are none: in one it is the span that
    /// the context is in. Directly in a trace that [came from outside](continue_trace) it is the span that called.
    ///
    /// A trace that is not sampled where it comes from is passed on as it is, wherever [`continue_trace`] or a [`Context`](crate::Context) from there
    /// is around the call. A span that was taken elsewhere alone, or begun by `parent:`, doesn't know of it.
    pub fn current() -> Option<TraceParent> {
        TraceParent::of(scope::current_trace(), scope::current_span())
    }

    /// A span in a trace; `None` where one of both is 0.
    pub(super) fn of(trace: u128, span: u64) -> Option<TraceParent> {
        Some(TraceParent {
            trace_id: NonZeroU128::new(trace)?,
            span_id: NonZeroU64::new(span)?,
            sampled: scope::is_sampled(trace),
        })
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = u8::from(self.sampled);
        write!(
            f,
            "00-{:032x}-{:016x}-{flags:02x}",
            self.trace_id, self.span_id
        )
    }
}

/// A text is no `traceparent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTraceParentError(());

impl fmt::Display for ParseTraceParentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no traceparent: expected `00-{32 hexadecimal digits}-{16 of them}-{2 of them}`, in small letters and not all zeros")
    }
}

impl std::error::Error for ParseTraceParentError {}

impl FromStr for TraceParent {
    type Err = ParseTraceParentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or(ParseTraceParentError(()))
    }
}

fn parse(text: &str) -> Option<TraceParent> {
    let mut parts = text.split('-');
    let mut number = |digits| hex(parts.next()?, digits);
    let (version, trace_id, span_id, flags) = (number(2)?, number(32)?, number(16)?, number(2)?);
    // Later versions may have more behind what this one knows; version ff is none.
    let is_version = version != 0xff && (version > 0 || parts.next().is_none());
    is_version.then_some(TraceParent {
        trace_id: NonZeroU128::new(trace_id)?,
        span_id: NonZeroU64::new(span_id as u64)?,
        sampled: flags & SAMPLED != 0,
    })
}

/// Runs `work` in a trace that came from outside: spans in it belong to the trace, and those that are in no other have the span that called as
/// their parent.
///
/// It is a context with the fields `trace_id` and `parent_span_id`, in hexadecimal digits, so all events below show where they come from; and with `trace_flags`,
/// which is `00`, where the caller doesn't record the trace. As with
/// [`with_context`](crate::with_context), what it gives is awaited where `work` gave a future, and dereferenced to what `work` gave otherwise.
///
/// ```
/// use ttlog_core::{TraceParent, continue_trace};
///
/// async fn serve(traceparent: &str) -> u16 {
///     match traceparent.parse::<TraceParent>() {
///         Ok(parent) => continue_trace(parent, respond).await,
///         Err(_) => respond().await,
///     }
/// }
///
/// async fn respond() -> u16 {
///     200
/// }
/// ```
pub fn continue_trace<R>(parent: TraceParent, work: impl FnOnce() -> R) -> WithContext<R> {
    run(Node::continuing(parent, None), work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_traceparent_is_refused() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert!(good.parse::<TraceParent>().is_ok());
        let later = format!("cc{}-what-comes", &good[2..]);
        assert!(later.parse::<TraceParent>().is_ok());
        let bad = [
            "",
            "00",
            &good.to_uppercase(),
            &good[..54],
            &format!("{good}-"),
            &format!("ff{}", &good[2..]),
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ];
        for text in bad {
            assert!(text.parse::<TraceParent>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_trace_is_continued_and_left() {
        let parent: TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            .parse()
            .unwrap();
        assert_eq!(TraceParent::current(), None);
        continue_trace(parent, || assert_eq!(TraceParent::current(), Some(parent)));
        assert_eq!(TraceParent::current(), None);
    }
}
