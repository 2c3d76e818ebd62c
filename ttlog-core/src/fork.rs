//! What happens to ttlog in a `fork`: the parent goes on undisturbed, the child begins anew.
//!
//! A child has one thread, the one that forked, and a copy of all memory. ttlog's threads are not in it, and a lock that
//! another thread held at that moment would stay locked for ever. So `fork` runs three functions of this module:
//!
//! - `prepare`, before: takes every lock that the child may need, in the order of [`Held`]'s fields;
//! - `parent`, after, in the parent: releases them;
//! - `child`, after, in the child: marks the parent's pipelines as left behind, makes this thread forget its rings,
//!   and releases the locks. It starts nothing: the first log call does, with what the parent's
//!   [`Heir`](crate::heir::Heir) has.
//!
//! Order of locks, which all of ttlog keeps: that of the fields, from the first to the last. `Pipeline::moving` is before them all, and
//! is not taken: a pass may last, and nobody waits for it in a child.
//!
//! Where a lock is not to be had, because the forking thread itself holds it (an allocator that forks) or its holder is
//! stuck, `prepare` gives up. Then the child does not log: it is [silent](is_silent).
//!
//! `GENERATION` and the flags are written while there is one thread: relaxed.

#[cfg(all(unix, not(miri)))]
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock, RwLockWriteGuard, TryLockError};
use std::time::{Duration, Instant};

use crate::callsite;
use crate::clock::TickSource;
use crate::current::{self, Paused};
use crate::dispatch;
use crate::histogram;
use crate::known_spans;
use crate::panic_snapshots;
use crate::pipeline::{Pipeline, PipelineLocks};
use crate::sink::stream;
use crate::start::{self, Start};
use crate::thread_names;

/// How long `prepare` waits for a lock: `init` on another thread may have to wait for a sink.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long where this thread may hold locks itself.
const PATIENCE_WITHIN: Duration = Duration::from_millis(10);
/// How long for a console that is being written to: who reads it may have stopped.
const PATIENCE_WITH_CONSOLE: Duration = Duration::from_millis(100);

static GENERATION: AtomicU32 = AtomicU32::new(0);
static HAS_FORKED: AtomicBool = AtomicBool::new(false);
static IS_SILENT: AtomicBool = AtomicBool::new(false);

/// How many forks there are between this process and the one that started ttlog.
pub(crate) fn generation() -> u32 {
    GENERATION.load(Ordering::Relaxed)
}

/// Whether other processes may write where this one writes: it is a child, or has one.
pub(crate) fn has_forked() -> bool {
    HAS_FORKED.load(Ordering::Relaxed)
}

/// Whether this process can't log, because a lock is lost; see the [module](self).
pub(crate) fn is_silent() -> bool {
    IS_SILENT.load(Ordering::Relaxed)
}

#[cfg(all(unix, not(miri)))]
unsafe extern "C" {
    /// POSIX: registers functions that `fork` calls, in the thread that forks.
    fn pthread_atfork(
        prepare: extern "C" fn(),
        parent: extern "C" fn(),
        child: extern "C" fn(),
    ) -> c_int;
}

/// Registers the functions; the first call counts.
pub(crate) fn watch() {
    static IS_WATCHED: AtomicBool = AtomicBool::new(false);
    // No `Once`: a child of a thread beside this one would wait for it for ever.
    if IS_WATCHED.swap(true, Ordering::Relaxed) {
        return;
    }
    // What is found out once about the clock is known before.
    TickSource::precise().now();
    let functions: [extern "C" fn(); 3] = [prepare, parent, child];
    #[cfg(all(unix, not(miri)))]
    // SAFETY: the functions are there for the whole life of the process and do not unwind: what they call takes and
    // releases locks, and panics nowhere.
    // A failure means that there is no memory; then a child is as it would be without this.
    unsafe {
        pthread_atfork(functions[0], functions[1], functions[2])
    };
    #[cfg(not(all(unix, not(miri))))]
    // Where there is no `fork`, nothing calls them.
    let _ = functions;
}

// ---- Locks ----

/// The locks, from the first to the last.
struct Held {
    start: MutexGuard<'static, Start>,
    table: MutexGuard<'static, callsite::Table>,
    live: MutexGuard<'static, dispatch::Live>,
    _custom: RwLockWriteGuard<'static, dispatch::Installed>,
    _known_spans: MutexGuard<'static, known_spans::Known>,
    pipelines: Vec<HeldPipeline>,
    names: MutexGuard<'static, thread_names::Names>,
    histograms: MutexGuard<'static, histogram::Table>,
}

struct HeldPipeline {
    /// Of `pipeline`; dropped before it.
    locks: PipelineLocks<'static>,
    pipeline: Arc<Pipeline>,
}

impl Held {
    fn take(until: Instant) -> Option<Held> {
        let start = hold(&start::START, until)?;
        let table = hold(&callsite::TABLE, until)?;
        let live = hold(&dispatch::LIVE, until)?;
        let custom = hold_whole(&dispatch::CUSTOM, until)?;
        let known_spans = hold(&known_spans::KNOWN, until)?;
        let pipelines = live
            .iter()
            .filter_map(|pipeline| pipeline.upgrade())
            .map(|pipeline| HeldPipeline::take(pipeline, until))
            .collect::<Option<_>>()?;
        let names = hold(&thread_names::NAMES, until)?;
        let histograms = hold(&histogram::TABLE, until)?;
        Some(Held {
            start,
            table,
            live,
            _custom: custom,
            _known_spans: known_spans,
            pipelines,
            names,
            histograms,
        })
    }
}

impl HeldPipeline {
    fn take(pipeline: Arc<Pipeline>, until: Instant) -> Option<HeldPipeline> {
        // SAFETY: the `Arc` beside the locks keeps the pipeline where it is, and is dropped after them.
        let lasting: &'static Pipeline = unsafe { &*Arc::as_ptr(&pipeline) };
        let locks = lasting.hold(until)?;
        Some(HeldPipeline { locks, pipeline })
    }
}

/// Locks a mutex; `None` where it is not free until `until`.
pub(crate) fn hold<T>(mutex: &Mutex<T>, until: Instant) -> Option<MutexGuard<'_, T>> {
    retry(until, || mutex.try_lock())
}

/// Locks a whole lock of readers and writers; `None` where it is not free until `until`.
pub(crate) fn hold_whole<T>(lock: &RwLock<T>, until: Instant) -> Option<RwLockWriteGuard<'_, T>> {
    retry(until, || lock.try_write())
}

fn retry<G>(until: Instant, attempt: impl Fn() -> Result<G, TryLockError<G>>) -> Option<G> {
    loop {
        match attempt() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => return None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_micros(20)),
        }
    }
}

// ---- What `fork` calls ----

/// What `prepare` leaves to the function that comes after.
struct Prepared {
    /// `None` where a lock was not to be had.
    held: Option<Held>,
    _console: Option<MutexGuard<'static, ()>>,
    paused: Paused,
}

thread_local! {
    /// A pointer, so that a thread can fork whose thread-local data are gone.
    static PREPARED: std::cell::Cell<*mut Prepared> = const { std::cell::Cell::new(std::ptr::null_mut()) };
}

fn prepared() -> Option<Box<Prepared>> {
    let prepared = PREPARED.replace(std::ptr::null_mut());
    // SAFETY: `prepare` made it from a box, and it is taken once.
    (!prepared.is_null()).then(|| unsafe { Box::from_raw(prepared) })
}

extern "C" fn prepare() {
    let patience = if current::is_in_cold_path() {
        PATIENCE_WITHIN
    } else {
        PATIENCE
    };
    // Log calls between now and the end of the fork, by functions that others registered, are not heard, but counted.
    let paused = current::pause();
    let now = Instant::now();
    let console = hold(&stream::WRITING, now + PATIENCE_WITH_CONSOLE);
    let held = Held::take(Instant::now() + patience);
    let prepared = Box::new(Prepared {
        held,
        _console: console,
        paused,
    });
    PREPARED.set(Box::into_raw(prepared));
}

extern "C" fn parent() {
    HAS_FORKED.store(true, Ordering::Relaxed);
    if let Some(prepared) = prepared() {
        drop(prepared.held);
        current::resume(prepared.paused);
    }
}

extern "C" fn child() {
    HAS_FORKED.store(true, Ordering::Relaxed);
    GENERATION.fetch_add(1, Ordering::Relaxed);
    let Some(prepared) = prepared() else {
        return;
    };
    let Prepared { held, paused, .. } = *prepared;
    let global = dispatch::global();
    let pipelines = held.iter().flat_map(|held| &held.pipelines);
    for pipeline in pipelines.map(|held| &held.pipeline).chain(global) {
        pipeline.flow.leave_behind();
        if let Some(black_box) = pipeline.registry.black_box() {
            black_box.abandon();
        }
    }
    let is_whole = current::leave_rings();
    dispatch::forget_global();
    panic_snapshots::begin_anew();
    match held {
        Some(mut held) if is_whole => {
            let is_global = |held: &&HeldPipeline| {
                global.is_some_and(|global| Arc::ptr_eq(global, &held.pipeline))
            };
            if let Some(global) = held.pipelines.iter().find(is_global) {
                held.start.inherit(global.locks.filter());
                dispatch::set_inherited(true);
            }
            held.table.forget_black_boxes();
            held.live.clear();
            held.names.have_ended_but(current::known_thread_id());
            histogram::begin_anew(&mut held.histograms);
        }
        _ => {
            IS_SILENT.store(true, Ordering::Relaxed);
            callsite::silence();
        }
    }
    current::resume(paused);
}
