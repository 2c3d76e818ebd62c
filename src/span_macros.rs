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
/// `target:` and `parent:` (a span, the number of one, or `None`).
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
#[macro_export]
macro_rules! timer {
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
