//! The macros that log, and the one that asks whether a call would be recorded.
//!
//! They only hand on what they are given, and the path to this crate, to the procedural macros of `ttlog-macros`: so they work
//! under whatever name the crate is known to the caller, and there is one place where the forms of a call are read.

/// Logs at [`LogLevel::Trace`](crate::LogLevel::Trace); takes what [`info!`](crate::info) takes.
///
/// ```
/// ttlog::trace!("cache looked at", key = "user:7", found = false);
/// ```
#[macro_export]
macro_rules! trace {
    ($($arguments:tt)*) => { $crate::__private::macros::log_at!([$crate] Trace $($arguments)*) };
}

/// Logs at [`LogLevel::Debug`](crate::LogLevel::Debug); takes what [`info!`](crate::info) takes.
///
/// ```
/// let query = ["select", "1"];
/// ttlog::debug!("query planned", query = ?query);
/// ```
#[macro_export]
macro_rules! debug {
    ($($arguments:tt)*) => { $crate::__private::macros::log_at!([$crate] Debug $($arguments)*) };
}

/// Logs at [`LogLevel::Info`](crate::LogLevel::Info).
///
/// A message and fields, in either order. The message may have placeholders, as that of [`format!`] has; fields are recorded
/// with their types.
///
/// ```
/// use ttlog::info;
///
/// let (name, user_id, port) = ("Ada", 123, 8080);
/// info!("user logged in", user_id = 123, duration_ms = 4.5);
/// info!(user_id = 123, action = "login", "user logged in");
/// info!("hello {name}, you are number {}", user_id, port = port);
/// info!(user_id, port, "the variables name the fields");
/// info!("a named argument is a field as well: {attempt}", attempt = 3);
/// info!();
/// ```
///
/// A value that is neither a `Value` nor an error is recorded as text: `%` takes what `Display` makes of it, `?` what `Debug`
/// makes of it. A name may have dots, be in quotes, or be computed.
///
/// ```
/// # use ttlog::info;
/// # struct User { id: std::num::Wrapping<u64> }
/// # let (user, path, key) = (User { id: std::num::Wrapping(7) }, std::path::Path::new("/"), String::from("computed"));
/// info!(%user.id, ?path, http.status = 200, "any text" = true, { key } = 'x', root = %path.display(), "opened");
/// ```
///
/// A value without a name is recorded field by field if its type has [`Fields`](trait@crate::Fields) and is no `Value`; `..value` does that for any expression.
///
/// ```
/// # use ttlog::info;
/// #[derive(ttlog::Fields)]
/// struct Attempt { number: u32, user_id: u64 }
///
/// let attempt = Attempt { number: 2, user_id: 123 };
/// info!(attempt, "logged in");
/// info!("logged in", ..Attempt { number: 3, user_id: 123 });
/// ```
///
/// In front of everything else may stand `target:` (what filters match, otherwise the path of the module), `name:` (the name of
/// the event) and `parent:` (the span that it is in, as for a [span](macro@crate::span)).
///
/// ```
/// # use ttlog::info;
/// info!(target: "billing", name: "refusal", parent: 17, amount = 12.5, "card refused");
/// ```
///
/// There may also stand how many events of the call are logged: `once`, `every = "100ms"`, `limit = "10/s"` or `sample = 0.01`; the
/// [manual](crate#how-often) has them.
///
/// ```
/// # use ttlog::info;
/// for attempt in 0..1_000 {
///     info!(limit = "10/s", "tried again", attempt);
/// }
/// ```
///
/// The forms of other macros are taken too: fields in braces, fields before a `;`, and `:?`, `:%` and `:err` behind a name.
///
/// ```
/// # use ttlog::info;
/// # let (path, error) = ("/", std::fmt::Error);
/// info!({ attempt = 3, ?path }, "opened {}", path);
/// info!(attempt = 3, path:?, cause:err = error; "opened {}", path);
/// ```
///
/// The values are evaluated only where the event is wanted, once each, and in the caller's own body: `?`, `.await` and `return`
/// work in them. A target that is not a constant is evaluated always.
#[macro_export]
macro_rules! info {
    ($($arguments:tt)*) => { $crate::__private::macros::log_at!([$crate] Info $($arguments)*) };
}

/// Logs at [`LogLevel::Warn`](crate::LogLevel::Warn); takes what [`info!`](crate::info) takes.
///
/// ```
/// ttlog::warn!(free_bytes = 4096, "disk nearly full");
/// ```
#[macro_export]
macro_rules! warn {
    ($($arguments:tt)*) => { $crate::__private::macros::log_at!([$crate] Warn $($arguments)*) };
}

/// Logs at [`LogLevel::Error`](crate::LogLevel::Error); takes what [`info!`](crate::info) takes.
///
/// An error is recorded with all its sources.
///
/// ```
/// if let Err(error) = std::fs::read("/does/not/exist") {
///     ttlog::error!("no configuration", error = error);
/// }
/// ```
#[macro_export]
macro_rules! error {
    ($($arguments:tt)*) => { $crate::__private::macros::log_at!([$crate] Error $($arguments)*) };
}

/// Logs at [`LogLevel::Critical`](crate::LogLevel::Critical); takes what [`info!`](crate::info) takes.
///
/// ```
/// ttlog::critical!("no replica left", shard = 3);
/// ```
#[macro_export]
macro_rules! critical {
    ($($arguments:tt)*) => { $crate::__private::macros::log_at!([$crate] Critical $($arguments)*) };
}

/// Logs at the level that its first argument gives; the rest is what [`info!`](crate::info) takes.
///
/// ```
/// use ttlog::{LogLevel, log};
///
/// let status = 503;
/// let level = if status < 500 { LogLevel::Info } else { LogLevel::Error };
/// log!(level, "answered", status);
/// log!(target: "access", level, "answered {status}");
/// ```
#[macro_export]
macro_rules! log {
    ($($arguments:tt)*) => { $crate::__private::macros::log_with!([$crate] $($arguments)*) };
}

/// Logs at the level that its first argument gives: [`log!`](crate::log) under another name.
///
/// ```
/// use ttlog::{LogLevel, event};
///
/// event!(name: "answer", target: "access", LogLevel::Info, status = 200, "answered");
/// ```
#[macro_export]
macro_rules! event {
    ($($arguments:tt)*) => { $crate::__private::macros::log_with!([$crate] $($arguments)*) };
}

/// Whether a call at this place, level and target would be recorded now: for what is expensive to prepare.
///
/// ```
/// use ttlog::{LogLevel, debug, enabled};
///
/// if enabled!(LogLevel::Debug) {
///     let sum: u64 = (0..1_000).sum();
///     debug!("summed up", sum);
/// }
/// let _ = enabled!(target: "access", LogLevel::Info);
/// ```
#[macro_export]
macro_rules! enabled {
    ($($arguments:tt)*) => { $crate::__private::macros::enabled!([$crate] $($arguments)*) };
}

/// [`enabled!`](crate::enabled) under the name that `tracing` has for events alone.
///
/// ```
/// if ttlog::event_enabled!(ttlog::Level::DEBUG) {
///     // ... collect what would be costly ...
/// }
/// ```
#[macro_export]
macro_rules! event_enabled {
    ($($arguments:tt)*) => { $crate::enabled!($($arguments)*) };
}

/// [`enabled!`](crate::enabled) under the name that `tracing` has for spans alone, which filters treat as events.
///
/// ```
/// if ttlog::span_enabled!(target: "access", ttlog::Level::DEBUG) {
///     // ... collect what would be costly ...
/// }
/// ```
#[macro_export]
macro_rules! span_enabled {
    ($($arguments:tt)*) => { $crate::enabled!($($arguments)*) };
}

/// [`enabled!`](crate::enabled) under the name that `log` has for it.
///
/// ```
/// if ttlog::log_enabled!(ttlog::Level::Debug) {
///     // ... collect what would be costly ...
/// }
/// ```
#[macro_export]
macro_rules! log_enabled {
    ($($arguments:tt)*) => { $crate::enabled!($($arguments)*) };
}
