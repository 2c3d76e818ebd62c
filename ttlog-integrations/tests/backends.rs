//! ttlog's events out to `tracing`, `log` and `slog`, with bridges in from the others beside: each is a child process.

mod support;

use std::cell::{Cell, RefCell};
use std::fmt::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use slog::{Drain, KV};
use tracing_core::field::{Field, Visit};
use tracing_core::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use ttlog::{Instrument, LogLevel, critical, debug, error, info, info_span, span, timer, warn};
use ttlog_core::sink::Memory;
use ttlog_integrations::{
    Backend, BackendError, TtlogLogAdapter, TtlogSlogDrain, TtlogTracingLayer,
    init_backend_from_env, logger, set_backend, set_slog_backend, set_slog_logger,
};

use support::{in_child, in_child_with, is_child};

// ---- The other systems ----

/// What was given to them, a line each.
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static OPEN_SPANS: AtomicU64 = AtomicU64::new(0);
static PANICS: AtomicBool = AtomicBool::new(false);
static LOGS: AtomicBool = AtomicBool::new(false);
/// Held while a system is given something: none may come to it from within.
static HELD: Mutex<()> = Mutex::new(());

fn given(line: String) {
    let _held = HELD.lock().unwrap_or_else(|held| held.into_inner());
    assert!(!PANICS.load(Ordering::Relaxed), "the other system panics");
    if LOGS.load(Ordering::Relaxed) {
        error!("logged by the other system");
        let _span = span!("begun by the other system");
    }
    LINES.lock().unwrap().push(line);
}

fn take() -> Vec<String> {
    std::mem::take(&mut *LINES.lock().unwrap())
}

/// Lines of text from what visitors are given.
#[derive(Default)]
struct Line(String);

impl Line {
    fn add(&mut self, name: &str, value: impl fmt::Display) {
        write!(self.0, " {name}={value}").unwrap();
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field.name(), format_args!("{value:?}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), format_args!("u64:{value}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field.name(), format_args!("f64:{value}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), format_args!("str:{value}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let source = value.source().map_or_else(String::new, ToString::to_string);
        self.add(field.name(), format_args!("{value}<{source}"));
    }
}

impl<'kvs> log::kv::VisitSource<'kvs> for Line {
    fn visit_pair(
        &mut self,
        key: log::kv::Key<'kvs>,
        value: log::kv::Value<'kvs>,
    ) -> Result<(), log::kv::Error> {
        self.add(key.as_str(), value);
        Ok(())
    }
}

impl slog::Serializer for Line {
    fn emit_arguments(&mut self, key: slog::Key, value: &fmt::Arguments<'_>) -> slog::Result {
        self.add(key.as_ref(), value);
        Ok(())
    }
}

struct Collect;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Collect {
    fn on_new_span(
        &self,
        attributes: &tracing_core::span::Attributes<'_>,
        id: &tracing_core::span::Id,
        context: Context<'_, S>,
    ) {
        OPEN_SPANS.fetch_add(1, Ordering::Relaxed);
        let mut line = Line::default();
        attributes.record(&mut line);
        context.span(id).unwrap().extensions_mut().insert(line);
    }

    fn on_record(
        &self,
        id: &tracing_core::span::Id,
        values: &tracing_core::span::Record<'_>,
        context: Context<'_, S>,
    ) {
        let span = context.span(id).unwrap();
        values.record(span.extensions_mut().get_mut::<Line>().unwrap());
    }

    fn on_close(&self, _: tracing_core::span::Id, _: Context<'_, S>) {
        OPEN_SPANS.fetch_sub(1, Ordering::Relaxed);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut line = Line(format!(
            "tracing {} {}",
            metadata.level(),
            metadata.target()
        ));
        event.record(&mut line);
        for span in context.event_scope(event).into_iter().flatten() {
            let fields = span.extensions().get::<Line>().unwrap().0.clone();
            line.add("in", format_args!("{}{{{fields} }}", span.name()));
        }
        if let (Some(file), Some(_)) = (metadata.file(), metadata.line()) {
            line.add("file", file);
        }
        given(line.0);
    }
}

struct CollectLog(TtlogLogAdapter);

impl log::Log for CollectLog {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target() != "refused"
    }

    fn log(&self, record: &log::Record<'_>) {
        let (level, target) = (record.level(), record.target());
        let mut line = Line(format!("log {level} {target} message={}", record.args()));
        record.key_values().visit(&mut line).unwrap();
        line.add("file", record.file().unwrap_or("none"));
        given(line.0);
        self.0.log(record);
    }

    fn flush(&self) {}
}

struct CollectSlog;

impl Drain for CollectSlog {
    type Ok = ();
    type Err = slog::Never;

    fn log(&self, record: &slog::Record<'_>, _: &slog::OwnedKVList) -> Result<(), slog::Never> {
        let (level, target) = (record.level().as_short_str(), record.tag());
        let mut line = Line(format!("slog {level} {target} message={}", record.msg()));
        record.kv().serialize(record, &mut line).unwrap();
        line.add("file", record.file());
        given(line.0);
        Ok(())
    }

    fn is_enabled(&self, level: slog::Level) -> bool {
        level.is_at_least(slog::Level::Info)
    }
}

const OTHERS: [Backend; 3] = [Backend::Tracing, Backend::Log, Backend::Slog];

/// All three systems, with bridges into ttlog where there are some.
fn install() {
    let filter = tracing_subscriber::filter::LevelFilter::INFO;
    let layers = tracing_subscriber::registry()
        .with(filter)
        .with(Collect)
        .with(TtlogTracingLayer::new());
    tracing::subscriber::set_global_default(layers).unwrap();
    log::set_boxed_logger(Box::new(CollectLog(TtlogLogAdapter::new()))).unwrap();
    log::set_max_level(log::LevelFilter::Info);
    set_slog_logger(slog::Logger::root(CollectSlog, slog::o!()));
}

// ---- What they are given ----

#[test]
fn each_system_is_given_what_the_event_says() {
    in_child("child_that_says_all");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_says_all() {
    if !is_child() {
        return;
    }
    install();
    for backend in OTHERS {
        set_backend(backend).unwrap();
        let source = "x".parse::<u8>().unwrap_err();
        let outer = std::io::Error::other(source);
        info!(target: "db", "took {} ms", 5, user = 7_u64, ratio = 0.5, who = "me", outer);
        critical!("the end");
        let lines = take();
        let name = backend.as_str();
        assert_eq!(lines.len(), 2, "{lines:?}");
        let start = format!("{name} INFO db message=took 5 ms user=");
        assert!(lines[0].starts_with(&start), "{lines:?}");
        for part in [
            "ratio=",
            "0.5",
            "who=",
            "me",
            "invalid digit",
            "backends.rs",
        ] {
            assert!(lines[0].contains(part), "{part}: {lines:?}");
        }
        let end = match backend {
            Backend::Slog => "slog CRIT backends message=the end",
            Backend::Log => "log ERROR backends message=the end critical=true",
            _ => "tracing ERROR backends message=the end critical=true",
        };
        assert!(lines[1].starts_with(end), "{lines:?}");
        if backend == Backend::Tracing {
            assert!(
                lines[0].contains("user=u64:7 ratio=f64:0.5 who=str:me"),
                "{lines:?}"
            );
        }
    }
}

#[test]
fn spans_and_contexts_are_spans_of_tracing_and_fields_elsewhere() {
    in_child("child_with_spans");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_spans() {
    if !is_child() {
        return;
    }
    install();
    for backend in OTHERS {
        set_backend(backend).unwrap();
        let outer = info_span!("outer", order = 7_u64);
        outer.in_scope(|| {
            let inner = info_span!("inner", order = 8_u64);
            let _entered = inner.enter();
            inner.record("paid", true);
            ttlog::with_context("request", 5, || info!("inside")).into_inner();
        });
        let future = async { info!("in a future") };
        let mut future = std::pin::pin!(future.instrument(outer));
        let waker = std::task::Waker::noop();
        let mut task = std::task::Context::from_waker(waker);
        assert!(future.as_mut().poll(&mut task).is_ready());
        let lines = take();
        assert_eq!(lines.len(), 2, "{lines:?}");
        let (inside, alone) = if backend == Backend::Tracing {
            let inside =
                "in=context{ request=5 } in=inner{ order=u64:8 paid=true } in=outer{ order=u64:7 }";
            (inside, "in=outer{ order=u64:7 }")
        } else {
            (
                "order=8 paid=true request=5 span=outer:inner",
                "order=7 span=outer",
            )
        };
        assert!(
            lines[0].contains(inside) && lines[1].contains(alone),
            "{lines:?}"
        );
    }
    // Fields that are called as what is told besides stay, and come alone.
    for backend in OTHERS {
        set_backend(backend).unwrap();
        info_span!("outer").in_scope(|| critical!(span = "own", critical = "own", "names"));
        let lines = take();
        for name in [" span=", " critical="] {
            let (_, value) = lines[0].split_once(name).unwrap();
            assert!(value.contains("own") && !value.contains(name), "{lines:?}");
        }
    }
    // What is open when the backend is left is closed.
    set_backend(Backend::Tracing).unwrap();
    let left_open = info_span!("left open").entered();
    assert_eq!(OPEN_SPANS.load(Ordering::Relaxed), 1);
    set_backend(Backend::Log).unwrap();
    assert_eq!(OPEN_SPANS.load(Ordering::Relaxed), 0);
    drop(left_open);
}

// ---- Evaluation ----

#[test]
fn arguments_are_evaluated_once_or_not_at_all() {
    in_child("child_that_counts");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_counts() {
    if !is_child() {
        return;
    }
    install();
    for backend in [Backend::Native].into_iter().chain(OTHERS) {
        set_backend(backend).unwrap();
        let count = Cell::new(0);
        let next = || count.replace(count.get() + 1);
        info!("fields", a = next(), b = %next(), c = ?next());
        warn!("arguments {} {}", next(), next());
        ttlog::log!(LogLevel::Error, a = next(); "of any level");
        drop(span!("span", a = next()));
        drop(timer!("timer", a = next()));
        assert_eq!(count.replace(0), 8, "{backend:?}");
        debug!("fields {}", next(), a = next(), b = %next(), c = ?next());
        ttlog::log!(LogLevel::Trace, a = next(); "of any level");
        drop(timer!(LogLevel::Debug, "timer", a = next()));
        if backend == Backend::Log {
            error!(target: "refused", "never", a = next());
        }
        assert_eq!(count.get(), 0, "{backend:?}");
        let mine = take().len();
        assert_eq!(
            mine,
            if backend == Backend::Native { 0 } else { 4 },
            "{backend:?}"
        );
    }
}

// ---- Circles ----

#[test]
fn nothing_goes_round_in_circles_or_comes_twice() {
    in_child("child_with_all_directions");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_all_directions() {
    if !is_child() {
        return;
    }
    let memory = Memory::new();
    let handle = ttlog::init().sink(memory.clone()).init();
    install();
    for backend in [Backend::Native].into_iter().chain(OTHERS) {
        set_backend(backend).unwrap();
        for source in [Backend::Native, Backend::Tracing, Backend::Log] {
            match source {
                Backend::Tracing => tracing::info!("sent"),
                Backend::Log => log::info!("sent"),
                _ => info!("sent"),
            }
            assert!(handle.flush());
            let lines = take();
            for system in [Backend::Native].into_iter().chain(OTHERS) {
                let given = match system {
                    Backend::Native => memory.take().len(),
                    system => {
                        let of_system = |line: &&String| line.starts_with(system.as_str());
                        lines.iter().filter(of_system).count()
                    }
                };
                let expected =
                    usize::from(system == backend || system == source && system != Backend::Native);
                assert_eq!(
                    given, expected,
                    "{source:?} to {backend:?}, at {system:?}: {lines:?}"
                );
            }
        }
    }
    assert_eq!(handle.stats().dropped, 0);
}

#[test]
fn a_system_of_nothing_but_ttlog_is_refused() {
    let stderr = in_child("child_that_leads_back");
    assert!(stderr.contains("the logger before"), "{stderr}");
}

#[test]
fn a_system_that_leads_to_ttlog_by_another_one_is_refused() {
    in_child("child_that_leads_back_by_tracing");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_leads_back_by_tracing() {
    if !is_child() {
        return;
    }
    let memory = Memory::new();
    let handle = ttlog::init().sink(memory.clone()).init();
    ttlog_integrations::enable_tracing_compatibility();
    tracing_log::LogTracer::init().unwrap();
    assert_eq!(
        set_backend(Backend::Log),
        Err(BackendError::LeadsBack(Backend::Log))
    );
    info!("here");
    log::info!("there");
    assert!(handle.flush());
    assert_eq!(memory.take().len(), 2);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_leads_back() {
    if !is_child() {
        return;
    }
    ttlog_integrations::enable_log_compatibility();
    assert_eq!(
        set_backend(Backend::Log),
        Err(BackendError::LeadsBack(Backend::Log))
    );
    ttlog_integrations::enable_tracing_compatibility();
    assert_eq!(logger().backend(), Backend::Native);

    // What is in place stays.
    let into_ttlog = || slog::Logger::root(TtlogSlogDrain::new(), slog::o!());
    set_slog_backend(slog::Logger::root(CollectSlog, slog::o!())).unwrap();
    let refused = set_slog_backend(into_ttlog());
    assert_eq!(refused, Err(BackendError::LeadsBack(Backend::Slog)));
    set_slog_logger(into_ttlog());
    slog::info!(logger().as_slog().unwrap(), "of slog");
    info!("of ttlog");
    let lines = take();
    assert!(lines[0].contains("of slog"), "{lines:?}");
    assert!(lines[1].contains("of ttlog"), "{lines:?}");
}

// ---- Trouble ----

#[test]
fn a_system_that_logs_or_panics_does_no_harm() {
    let stderr = in_child("child_with_troubled_systems");
    assert_eq!(stderr.matches("reported once").count(), 1, "{stderr}");
}

#[test]
#[ignore = "the child of another test"]
fn child_with_troubled_systems() {
    struct Farewell;

    impl Drop for Farewell {
        fn drop(&mut self) {
            info!("farewell");
        }
    }

    thread_local! {
        static FAREWELL: RefCell<Option<Farewell>> = const { RefCell::new(None) };
    }

    if !is_child() {
        return;
    }
    let handle = ttlog::init().recorder_only().redact(["password"]).init();
    install();
    for backend in OTHERS {
        set_backend(backend).unwrap();
        let dropped = handle.stats().dropped;
        PANICS.store(true, Ordering::Relaxed);
        for _ in 0..10 {
            error!("panics");
        }
        PANICS.store(false, Ordering::Relaxed);
        assert_eq!(handle.stats().dropped, dropped + 10, "{backend:?}");

        thread::spawn(|| {
            FAREWELL.set(Some(Farewell));
            info!("hello");
        })
        .join()
        .unwrap();
        let lines = take();
        assert!(
            lines[0].contains("hello") && lines[1].contains("farewell"),
            "{lines:?}"
        );

        let password = String::from("secret");
        let _span = info_span!("login", password = "secret").entered();
        info!("known as {password}", password, user.password = "secret");
        let lines = take();
        let said = &lines[0];
        assert!(
            said.contains("[redacted]") && !said.contains("secret"),
            "{said}"
        );

        // It holds a lock of its own while it logs.
        LOGS.store(true, Ordering::Relaxed);
        let dropped = handle.stats().dropped;
        info!("once");
        LOGS.store(false, Ordering::Relaxed);
        assert!(handle.stats().dropped > dropped, "{backend:?}");
        assert_eq!(take().len(), 1, "{backend:?}");
    }
}

// ---- Choosing ----

#[test]
fn the_choice_may_change_at_any_time_and_the_system_is_at_hand() {
    in_child("child_that_chooses");
}

#[test]
#[ignore = "the child of another test"]
fn child_that_chooses() {
    if !is_child() {
        return;
    }
    let memory = Memory::new();
    let handle = ttlog::init().sink(memory.clone()).init();
    assert_eq!(set_backend(Backend::Slog), Err(BackendError::NoSlogLogger));
    install();
    let mut events = 0;
    for _ in 0..3 {
        for backend in [Backend::Native].into_iter().chain(OTHERS) {
            set_backend(backend).unwrap();
            info!("counted");
            thread::scope(|scope| drop(scope.spawn(|| info!("counted")).join()));
            events += 2;
            let active = logger();
            assert_eq!(active.backend(), backend);
            assert_eq!(active.as_tracing().is_some(), backend == Backend::Tracing);
            assert_eq!(active.as_log().is_some(), backend == Backend::Log);
            assert_eq!(active.as_slog().is_some(), backend == Backend::Slog);
        }
    }
    set_slog_backend(slog::Logger::root(slog::Discard, slog::o!())).unwrap();
    info!("to nobody");
    set_backend(Backend::Native).unwrap();
    assert!(handle.flush());
    assert_eq!(memory.take().len() + take().len(), events);
}

#[test]
#[ignore = "the child of another test"]
fn child_of_environment() {
    if !is_child() {
        return;
    }
    if std::env::var_os("WITHOUT_LOGGER").is_none() {
        install();
    }
    let chosen = init_backend_from_env();
    assert_eq!(logger().backend(), chosen);
    if std::env::var_os("PROGRAM_SAYS_LOG").is_some() {
        set_backend(Backend::Log).unwrap();
    }
    info!("an event");
    for line in take() {
        let line = format!("{line}\n");
        std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
    }
}

#[test]
fn the_environment_chooses_and_the_program_wins() {
    let run = |value, more: &[(&str, &str)]| {
        let mut environment = vec![("TTLOG_BACKEND", value)];
        environment.extend(more);
        in_child_with("child_of_environment", &environment)
    };
    for value in ["tracing", "log", " SLOG "] {
        let name = value.trim().to_lowercase();
        let stderr = run(value, &[]);
        assert!(
            stderr.contains(&format!("{name} INFO")),
            "{value}: {stderr}"
        );
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
    for value in ["native", ""] {
        let stderr = run(value, &[]);
        assert!(
            stderr.contains("INFO  backends: an event"),
            "{value}: {stderr}"
        );
    }
    let stderr = run("syslog", &[]);
    assert!(
        stderr.contains("ttlog: TTLOG_BACKEND: \"syslog\" is none of"),
        "{stderr}"
    );
    assert!(stderr.contains("INFO  backends: an event"), "{stderr}");
    let stderr = run("slog", &[("WITHOUT_LOGGER", "1")]);
    assert!(
        stderr.contains("ttlog: events can't go to slog"),
        "{stderr}"
    );
    assert!(stderr.contains("INFO  backends: an event"), "{stderr}");
    let stderr = run("tracing", &[("PROGRAM_SAYS_LOG", "1")]);
    assert!(stderr.contains("log INFO"), "{stderr}");
}
