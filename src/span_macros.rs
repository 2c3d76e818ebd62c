//! The macros that make spans, and the one that makes timers. Like those that log, they only hand on what they are given.

/// Makes a span.
///
/// With a name first, at [`LogLevel::Info`](crate::LogLevel::Info), it enters the span and gives a [`SpanGuard`](crate::SpanGuard): the span
/// lasts as long as the guard.
///
/// ```
/// use ttlog::{info, span};
///
/// fn checkout(user_id: u64) {
///     let _span = span!("checkout", user_id);
///     info!("paid"); // is in the span, and so known to be of this user
/// }
/// # checkout(7);
/// ```
///
/// With a level first, it gives a [`Span`](crate::Span) that is not entered yet, as `tracing` has it, and as [`info_span!`](crate::info_span) does.
///
/// ```
/// use ttlog::{Instrument, LogLevel, span};
///
/// let span = span!(LogLevel::Debug, "query", table = "users");
/// let rows = span.in_scope(|| 3);
/// span.record("rows", rows);
/// async fn connect() {}
/// let connecting = connect().instrument(span!(LogLevel::Info, "connect"));
/// # drop(connecting);
/// ```
///
/// Fields are written as in [`info!`](crate::info); a span has no message. The level and the name are constants. In front of everything else may stand
/// `target:` and `parent:` (a span, the number of one, a [`TraceParent`](crate::TraceParent) that came from outside, or `None`).
///
/// ```
/// # let (user, path) = ("Ada", std::path::Path::new("/"));
/// let request = ttlog::info_span!("request", %user, ?path, http.method = "GET");
/// let _work = ttlog::span!(target: "workers", parent: &request, "work", shard = 3);
/// ```
///
/// Where the span is not enabled, its values are not evaluated, and entering it does nothing.
#[macro_export]
macro_rules! span {
    ($($arguments:tt)*) => { $crate::__private::macros::span!([$crate] $($arguments)*) };
}

/// Makes a span at [`LogLevel::Trace`](crate::LogLevel::Trace), which is not entered yet; takes what [`span!`](crate::span!) takes behind the level.
///
/// ```
/// let _entered = ttlog::trace_span!("probe", slot = 3).entered();
/// ```
#[macro_export]
macro_rules! trace_span {
    ($($arguments:tt)*) => { $crate::__private::macros::span_at!([$crate] Trace $($arguments)*) };
}

/// Makes a span at [`LogLevel::Debug`](crate::LogLevel::Debug), which is not entered yet; takes what [`span!`](crate::span!) takes behind the level.
///
/// ```
/// let _entered = ttlog::debug_span!("plan", tables = 2).entered();
/// ```
#[macro_export]
macro_rules! debug_span {
    ($($arguments:tt)*) => { $crate::__private::macros::span_at!([$crate] Debug $($arguments)*) };
}

/// Makes a span at [`LogLevel::Info`](crate::LogLevel::Info), which is not entered yet; takes what [`span!`](crate::span!) takes behind the level.
///
/// ```
/// let request = ttlog::info_span!("request", user_id = 7);
/// let _entered = request.enter();
/// ```
#[macro_export]
macro_rules! info_span {
    ($($arguments:tt)*) => { $crate::__private::macros::span_at!([$crate] Info $($arguments)*) };
}

/// Makes a span at [`LogLevel::Warn`](crate::LogLevel::Warn), which is not entered yet; takes what [`span!`](crate::span!) takes behind the level.
///
/// ```
/// let _entered = ttlog::warn_span!("retry", attempt = 2).entered();
/// ```
#[macro_export]
macro_rules! warn_span {
    ($($arguments:tt)*) => { $crate::__private::macros::span_at!([$crate] Warn $($arguments)*) };
}

/// Makes a span at [`LogLevel::Error`](crate::LogLevel::Error), which is not entered yet; takes what [`span!`](crate::span!) takes behind the level.
///
/// ```
/// let _entered = ttlog::error_span!("rollback", transaction = 12).entered();
/// ```
#[macro_export]
macro_rules! error_span {
    ($($arguments:tt)*) => { $crate::__private::macros::span_at!([$crate] Error $($arguments)*) };
}

/// Makes a span at [`LogLevel::Critical`](crate::LogLevel::Critical), which is not entered yet; takes what [`span!`](crate::span!) takes behind the level.
///
/// ```
/// let _entered = ttlog::critical_span!("failover", shard = 3).entered();
/// ```
#[macro_export]
macro_rules! critical_span {
    ($($arguments:tt)*) => { $crate::__private::macros::span_at!([$crate] Critical $($arguments)*) };
}

/// Logs how long something took, as one event: when the timer is dropped, with the field `duration`.
///
/// ```
/// use ttlog::{LogLevel, timer};
///
/// # let (route, rows) = ("/users", std::cell::Cell::new(0));
/// let _timer = timer!("request", route);
/// {
///     let _timer = timer!(LogLevel::Debug, "query", rows = rows.get());
///     rows.set(7); // is recorded
/// }
/// let _timer = timer!(target: "billing", "invoice");
/// ```
///
/// logs, the one that ended first in front,
///
/// ```text
/// DEBUG my_app: query duration=1.204ms rows=7
/// INFO  billing: invoice duration=130ns
/// INFO  my_app: request duration=1.31ms route=/users
/// ```
///
/// Fields are written as in [`info!`](crate::info). They are evaluated when the timer ends, and borrowed until then; where the event is not enabled,
/// neither they nor the clock are looked at. A [`span!`](crate::span!) is what other events can be in.
///
/// # Histograms
///
/// With `histogram` in front, it is not one event for each timer: what the timers of this call measure, in all threads together, is added up, and reported
/// as one event at an [interval](crate::TtlogBuilder::timer_interval), a minute unless it is set.
///
/// ```
/// use ttlog::{LogLevel, timer};
///
/// fn query() {
///     let _timer = timer!(histogram, "query");
///     // ...
/// }
/// # query();
///
/// let _timer = timer!(histogram, target: "billing", LogLevel::Debug, "invoice");
/// ```
///
/// logs once a minute
///
/// ```text
/// INFO  my_app: query count=41877 min=18.304µs max=20.117931ms mean=94.518µs p50=71.68µs p90=169.984µs p99=622.592µs
/// ```
///
/// The event has level, target, file and line of the call, is in no span, and goes where events of no scope go: to the sinks of the global pipeline, or
/// to the custom logger, for which ttlog's own threads are started then. What a scope measures is no exception. Where nothing
/// was measured, nothing is reported; what is left is reported when the handle is dropped and when the process ends by `exit` or by a return from `main`. If reports of the level
/// are not wanted any more when one is due, what was measured until then is forgotten. A child of `fork` begins with nothing.
///
/// - `count`, `min`, `max` and `mean` are exact, the percentiles within a sixteenth (6.25 %) of the true ones. While a report is made timers go on, and wait for nothing: each is
///   counted in exactly one report, but one that ends in that very moment may have its share of `min`, `max` and `mean` in the other one.
/// - Level, target and name are constants, and there are no fields: a report tells of many measurements.
/// - A timer allocates nothing, and takes no lock but at its call's first measurement. It costs 65 instructions where the event form takes 238, and 1.4 times the two readings of the clock that are in
///   it. The counters are the call's, and all threads share them: two threads that do nothing but measure at one call take 2.2 times as
///   long for each. One that is not enabled costs what a disabled event does, and reads no clock.
/// - A call takes 4 KiB, of which the program's file has nothing.
#[macro_export]
macro_rules! timer {
    (histogram $(, $($arguments:tt)*)?) => {
        $crate::__private::macros::histogram!([$crate] $($($arguments)*)?)
    };
    (target: $target:expr, histogram $(, $($arguments:tt)*)?) => {
        $crate::__private::macros::histogram!([$crate] target: $target, $($($arguments)*)?)
    };
    (target: $target:expr, $name:literal $(, $($fields:tt)*)?) => {
        $crate::timer!(target: $target, $crate::LogLevel::Info, $name $(, $($fields)*)?)
    };
    (target: $target:expr, $level:expr, $name:literal $(, $($fields:tt)*)?) => {
        $crate::Timer::start($crate::enabled!(target: $target, $level), |elapsed| {
            $crate::log!(target: $target, $level, { duration = elapsed, $($($fields)*)? }, $name)
        })
    };
    ($name:literal $(, $($fields:tt)*)?) => {
        $crate::Timer::start($crate::enabled!($crate::LogLevel::Info), |elapsed| {
            $crate::info!({ duration = elapsed, $($($fields)*)? }, $name)
        })
    };
    ($level:expr, $name:literal $(, $($fields:tt)*)?) => {
        $crate::Timer::start($crate::enabled!($level), |elapsed| {
            $crate::log!($level, { duration = elapsed, $($($fields)*)? }, $name)
        })
    };
}
