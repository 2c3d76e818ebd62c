//! Structured logging at about the cost of reading the clock, and a flight recorder that keeps the last events for when
//! something goes wrong.
//!
//! # A program
//!
//! ```
//! use ttlog::{info, warn};
//!
//! let _handle = ttlog::init().init();
//!
//! let user_id = 123;
//! info!("User logged in", user_id, duration_ms = 45);
//! warn!(user_id, action = "failed_login", "Authentication failed for {user_id}");
//! ```
//!
//! prints on stderr
//!
//! ```text
//! 2026-11-21T00:50:32.123456Z INFO  my_app: User logged in user_id=123 duration_ms=45
//! 2026-11-21T00:50:32.123471Z WARN  my_app: Authentication failed for 123 user_id=123 action=failed_login
//! ```
//!
//! Nothing has to be set up: without the first line, the first log call starts ttlog with these same defaults, and the
//! level from `RUST_LOG`.
//!
//! # Log calls
//!
//! [`trace!`], [`debug!`], [`info!`], [`warn!`], [`error!`], [`critical!`], and [`log!`] with a level that is known at run
//! time. Message and fields stand in any order; the forms of `tracing` and of `log` work too, so that changing the `use` line is all
//! it takes to move. [`info!`] shows them all.
//!
//! Fields keep their types: integers up to 128 bits, floats, `bool`, `char`, texts, bytes, `Option`, [`Duration`](std::time::Duration),
//! IP addresses, and errors with their sources. Everything else is recorded by `%value` (`Display`) or `?value` (`Debug`), or
//! implements [`Value`].
//!
//! ```
//! # use ttlog::{error, info};
//! # let path = std::path::Path::new("/etc/app.toml");
//! if let Err(error) = std::fs::read(path) {
//!     error!("no configuration", ?path, error);
//! }
//! info!("queue", depth = 17_u16, oldest = ?std::time::Instant::now(), owner = None::<&str>);
//! ```
//!
//! A type that derives [`Fields`](trait@Fields) is several fields at once, where it stands without a name or behind two dots:
//!
//! ```
//! # use ttlog::info;
//! #[derive(ttlog::Fields)]
//! struct Attempt {
//!     user_id: u64,
//!     #[field(rename = "ip")]
//!     address: std::net::IpAddr,
//!     #[field(redact)]
//!     password: String,
//! }
//!
//! # let address = std::net::Ipv4Addr::LOCALHOST.into();
//! let attempt = Attempt { user_id: 123, address, password: "secret".into() };
//! info!(attempt, duration_ms = 45, "logged in"); // logged in duration_ms=45 user_id=123 ip=127.0.0.1 password="[redacted]"
//! # let attempt = || Attempt { user_id: 123, address, password: "secret".into() };
//! info!("logged in", ..attempt());
//! ```
//!
//! # How often
//!
//! In front of a log call may stand how many of its events are logged. What it holds back costs a little more than a call of a level that is
//! not wanted; nothing is evaluated. The next event has their number as the field `held_back`, if there were any.
//!
//! | in front | of the events of this call, in all threads together |
//! |---|---|
//! | `once,` | the first is logged |
//! | `every = "100ms"` | at most one in this time (`ns`, `us`, `ms`, `s`, `min`, `h`, `d`) |
//! | `limit = "10/s"` | ten at once if none came for a second, then one whenever a tenth of a second is over (`/s`, `/min`, `/h`) |
//! | `sample = 0.01` | the first, the hundred and first, and so on: evenly spaced, not at random |
//!
//! ```
//! # use ttlog::{debug, warn};
//! # let (retry, key) = (3, "k");
//! warn!(every = "1s", "queue full", retry);
//! debug!(sample = 0.01, target: "cache", "miss", key);
//! ```
//!
//! These words are names of fields everywhere else: behind the message or another field, with any value that isn't such a literal (`limit = 10`), and in quotes
//! (`"limit" = "10/s"`).
//!
//! # What must not be logged
//!
//! [`redact(value)`](redact) and `#[field(redact)]` record `[redacted]` in place of one value. [`TtlogBuilder::redact`] names fields
//! whose values are recorded nowhere in the program, whoever logs them:
//!
//! ```
//! # use ttlog::info;
//! let handle = ttlog::init().redact(["password", "token"]).recorder_only().build()?;
//! # let (key, password) = ("k", "p");
//! handle.scope(|| info!("logged in", key = ttlog::redact(key), password)); // logged in key="[redacted]" password="[redacted]"
//! # Ok::<(), ttlog::InitError>(())
//! ```
//!
//! # What is logged
//!
//! [`TtlogBuilder::level`] and [`TtlogBuilder::filter`] say it in the program, `RUST_LOG` from outside: `RUST_LOG=warn,my_app::db=trace`. See
//! [`Filter`] for the grammar. Both can be changed while the program runs, without a cost to calls:
//!
//! ```
//! # use ttlog::LogLevel;
//! # let handle = ttlog::init().recorder_only().build()?;
//! handle.set_level(LogLevel::Debug);
//! handle.set_filter("info,my_app::db=trace,hyper=off")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The features `max_level_*` and `release_max_level_*` leave the more verbose calls out of the program altogether.
//!
//! # Spans
//!
//! A span is a stretch of time that events happen in. It has fields, which all events within have, and its end tells how long it lasted.
//! [`span!`] begins one; [`#[instrument]`](macro@instrument) makes one of each call of a function; [`Instrument`] puts a future into one, whatever threads poll it; [`with_context`] gives fields without a span.
//!
//! ```
//! use ttlog::{Instrument, info, info_span, span};
//!
//! fn checkout(user_id: u64) {
//!     let _span = span!("checkout", user_id);
//!     info!("paid", amount = 12.5);
//! }
//!
//! #[ttlog::instrument(err)]
//! async fn fetch(key: u64) -> std::io::Result<Vec<u8>> {
//!     Ok(vec![0; 8])
//! }
//!
//! async fn serve(id: u64) {
//!     async { info!("served") }.instrument(info_span!("request", id)).await;
//! }
//! ```
//!
//! A trace goes from service to service by the header `traceparent`: [`TraceParent::current`] says what to send, [`continue_trace`] is for what was received, and `parent:` takes it, too. Events
//! in a span have the id of their trace, in sinks, in snapshots, and for `ttlog show --where trace_id=…`.
//!
//! ```
//! use ttlog::{TraceParent, continue_trace, info, instrument};
//!
//! #[instrument]
//! async fn handle(path: &str) -> Option<String> {
//!     info!("handled");
//!     TraceParent::current().map(|here| here.to_string()) // for a request to the next service
//! }
//!
//! async fn receive(traceparent: Option<&str>, path: &str) -> Option<String> {
//!     match traceparent.and_then(|header| header.parse().ok()) {
//!         Some(parent) => continue_trace(parent, || handle(path)).await,
//!         None => handle(path).await,
//!     }
//! }
//! # drop(receive(None, "/"));
//! ```
//!
//! Where one event with the time that something took is enough, [`timer!`] logs that: `let _timer = timer!("query");`. Where that
//! would be too many, `timer!(histogram, "query")` logs once a minute how many there were, and their least, greatest, mean and percentiles.
//!
//! # Where events go
//!
//! To any number of sinks, each on a thread of its own: [`sink::Console`], [`sink::File`], [`sink::RollingFile`], [`sink::Memory`] for tests, and
//! whatever implements [`Sink`]. A sink has a [format](mod@format): [`Text`](format::Text), [`Pretty`](format::Pretty),
//! [`Json`](format::Json) or [`Logfmt`](format::Logfmt); `TTLOG_FORMAT=json` chooses where the program doesn't. Beginnings and ends of spans have lines of
//! their own; `TTLOG_SPANS=ends` or `=off` leaves them out, as [`Sink::with_spans`] does for one sink. All variables of the environment, and what wins over them, are in
//! [docs/environment.md](https://github.com/ttlog-rs/ttlog/blob/main/docs/environment.md).
//!
//! ```no_run
//! use ttlog::Sink;
//! use ttlog::sink::{Console, File, RollingFile, Rotation};
//!
//! let handle = ttlog::init()
//!     .sink(Console::stderr().with_filter("warn"))
//!     .sink(File::create("app.log")?.format(ttlog::format::Json))
//!     .sink(RollingFile::new("audit.log").every(Rotation::Daily).keep_files(30).open()?)
//!     .init();
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! When events come faster than a sink takes them, its [`Overflow`] policy says what gives way. Nothing is lost in silence: every
//! loss is counted in [`Stats`], and shows in the output where it happened.
//!
//! # The flight recorder
//!
//! The last events, of every level that is enabled, are always in memory. A snapshot writes them to a file: on request, on a panic, and
//! as [`TtlogBuilder::snapshot_on`] (a level), [`snapshot_every`](TtlogBuilder::snapshot_every) (an interval) and `snapshot_on_signal` (with the feature
//! `signals`) say. A directory keeps the newest 100 of a service. The command `ttlog show` prints it, [`SnapshotReader`] reads it:
//!
//! ```
//! # let directory = std::env::temp_dir().join(format!("ttlog-doc-{}", std::process::id()));
//! # let handle = ttlog::init().recorder_only().snapshot_dir(&directory).build()?;
//! # handle.scope(|| {
//! ttlog::info!("about to deploy", version = "1.4.2");
//! # });
//! let path = handle.snapshot("before deploy")?;
//!
//! let mut snapshot = ttlog::SnapshotReader::open(&path)?;
//! while let Some(event) = snapshot.next_event()? {
//!     println!("{} {}", event.level(), event.message());
//! }
//! # std::fs::remove_dir_all(directory)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`TtlogBuilder::recorder_only`] needs no sink at all: log everything, pay the price of reading the clock, and look only when
//! something goes wrong.
//!
//! # Tests
//!
//! [`TtlogBuilder::build`] makes a pipeline that is a value and touches nothing global; [`TtlogHandle::scope`] logs to it:
//!
//! ```
//! let memory = ttlog::sink::Memory::new();
//! let handle = ttlog::init().sink(memory.clone()).build()?;
//! handle.scope(|| ttlog::info!("paid", amount = 12.5, currency = "EUR"));
//! handle.flush();
//! let event = &memory.events()[0];
//! assert_eq!(event.message, "paid");
//! assert_eq!(event["amount"], 12.5);
//! # Ok::<(), ttlog::InitError>(())
//! ```
//!
//! # Fork
//!
//! A child of `fork` logs, with its parent's settings and on threads of its own, which its first log call starts; the parent is not disturbed, and nothing
//! is written twice. A console and a file go on; a [`RollingFile`](sink::RollingFile) doesn't, because two processes that roll one file would destroy it; a
//! sink of your own does if it [says how](Sink::for_child). The child may also call [`init()`] for settings of its own.
//!
//! # In a library
//!
//! A library logs, and leaves the rest to the application, which calls [`init()`], or gives ttlog's events to what it has: `set_backend(Backend::Tracing)` of
//! `ttlog-integrations`, say. Where it does neither, the library's events are on stderr, from `Info` on; [`auto_init(false)`](auto_init) or `TTLOG_AUTO_INIT=off` keeps
//! them quiet.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | what it brings |
//! |---|---|
//! | `black-box` | `TtlogBuilder::black_box`: the last events in a mapped file that outlives the process (Unix) |
//! | `signals` | `TtlogBuilder::fatal_signals` and `snapshot_on_signal` (Unix); brings `black-box` |
//! | `compression` | smaller snapshots, and `RollingFile::compress` |
//! | `max_level_info`, … | leaves calls that are more verbose out of the program; `release_max_level_info`, … out of release builds |
//!
//! # What is lost when
//!
//! Nothing that was logged before [`TtlogHandle::flush`] returned, before the handle was dropped, or before the process ended by
//! `exit` or by a return from `main`. A panic is the last event of a snapshot. With `TtlogBuilder::fatal_signals` (feature `signals`), so is a segmentation
//! fault, a stack overflow, an `abort`. What a process loses that is killed, and
//! everything else there is to know about losses, is in a table in `ARCHITECTURE.md`.

mod macros;
mod span_macros;

/// The program in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use ttlog_core::*;
pub use ttlog_macros::Fields;

/// Makes each call of a function a span, which has the name of the function and its parameters as fields.
///
/// ```
/// use ttlog::{info, instrument};
///
/// #[instrument]
/// fn checkout(user_id: u64, currency: &str) {
///     info!("paid"); // in the span `checkout`, which has `user_id` and `currency`
/// }
/// # checkout(7, "EUR");
///
/// #[instrument(level = "debug", skip(pool), fields(pool.size = pool.len()), err)]
/// async fn fetch(pool: &[u8], id: u64) -> Result<u64, std::io::Error> {
///     Ok(id)
/// }
/// # drop(fetch(&[], 7));
/// ```
///
/// The span ends when the call does, by whatever way: its end tells the duration, and whether it was an error, a panic, or a future that
/// was dropped. Of an `async fn` it begins with the first poll, and is entered at each. Functions whose body ends in `Box::pin(async …)` or in
/// `async …` are taken for the same, so that the attribute goes with `#[async_trait]`; their span begins with the call.
///
/// A parameter keeps its type where it is a [`Value`], an error has its sources, everything else is recorded by `Debug`; where a type has none, its
/// name is recorded. Neither `self` nor a parameter behind `#[cfg]` is a field.
///
/// | in the brackets | |
/// |---|---|
/// | `name = "…"` | the name of the span |
/// | `level = "debug"` | its level, or a constant such as `LogLevel::Debug`; otherwise it is `Info` |
/// | `target = "…"`, `parent = …` | as in [`span!`] |
/// | `skip(a, b)`, `skip_all` | these parameters, or all, are no fields |
/// | `only(a, b)` | only these are |
/// | `fields(a = expression, b = %x, c)` | more fields, written as in [`info!`]; one of the name of a parameter takes its place |
/// | `err`, `err(Debug)`, `err(level = "warn")` | an error that is returned is logged, as `Error` and with its sources unless this says otherwise |
/// | `ret`, `ret(Display)`, `ret(level = "debug")` | what is returned is logged, at the level of the span; beside `err`, what is in `Ok` |
/// | `crate = path` | where this crate is, if not at `::ttlog` |
///
/// Where the span is not enabled, no parameter is looked at.
pub use ttlog_macros::instrument;

/// Spans and what enters them, where `tracing` has them.
pub mod span {
    pub use ttlog_core::{Entered, Span};

    // Not by `use … as`: the compiler would then call the types so, also to those who know them by the names that they have here.

    /// A span that is entered as long as it lives.
    pub type EnteredSpan = ttlog_core::SpanGuard;

    /// The number of a span.
    pub type Id = std::num::NonZeroU64;
}

/// What puts futures into spans, where `tracing` has it.
pub mod instrument {
    pub use ttlog_core::Instrument;

    /// A future in a span.
    pub type Instrumented<F> = ttlog_core::InSpan<F>;
}

#[doc(hidden)]
pub mod __private {
    pub use ttlog_core::__private::*;
    pub use ttlog_macros as macros;
}
