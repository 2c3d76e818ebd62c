//! What a thread knows of itself: its ring, its number, whether it is one of ttlog's own.
//!
//! `THREAD.ring`, the *current* ring, is the dispatch of every log call. It is null while an event is being encoded, so a call from inside
//! (a `Display`, an allocator, a signal handler) takes the cold path, as the very first call of a thread does.
//! `HOME` is what the current ring goes back to, and tells the two cases apart.
//!
//! In a child of `fork`, the current ring never is one of the parent's. `HOME` may be one, within a scope of a pipeline that was left behind:
//! events in there are counted as dropped.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering, compiler_fence};

use crate::dispatch::{self, Destination};
use crate::fatal_signals;
use crate::fork;
use crate::pipeline::Pipeline;
use crate::scratch::{Purpose, ScratchRing};
use crate::span::{self, Here};
use crate::thread_names;
use crate::thread_ring::{ThreadRing, Use};

/// How many events of one thread can be in the making at once, each inside the one before.
pub(crate) const DEEPEST_NESTING: usize = 4;

thread_local! {
    static THREAD: Thread = const {
        Thread {
            ring: Cell::new(ptr::null()),
            here: Here::outside(),
        }
    };
    static HOME: Cell<*const ThreadRing> = const { Cell::new(ptr::null()) };
    static IN_COLD_PATH: Cell<bool> = const { Cell::new(false) };
    static IS_OWN_THREAD: Cell<bool> = const { Cell::new(false) };
    static IS_CATCHING: Cell<bool> = const { Cell::new(false) };
    static THREAD_ID: Cell<u32> = const { Cell::new(0) };
    static RINGS: Rings = const { Rings(RefCell::new(Vec::new())) };
}

/// What a log call looks at of its thread: at one address, and on one line of the cache.
#[repr(C, align(64))]
struct Thread {
    ring: Cell<*const ThreadRing>,
    here: Here,
}

/// The rings that this thread has claimed; they are released when it ends.
struct Rings(RefCell<Vec<Arc<ThreadRing>>>);

impl Drop for Rings {
    fn drop(&mut self) {
        set_current(ptr::null());
        HOME.set(ptr::null());
        for ring in self.0.take() {
            ring.release();
        }
        thread_names::has_ended(THREAD_ID.get());
    }
}

// ---- The hot path ----

/// Where this thread is.
#[inline(always)]
pub(crate) fn here<R>(look: impl FnOnce(&Here) -> R) -> R {
    THREAD.with(|thread| look(&thread.here))
}

fn current() -> *const ThreadRing {
    THREAD.with(|thread| thread.ring.get())
}

#[inline(always)]
fn set_current(ring: *const ThreadRing) {
    THREAD.with(|thread| thread.ring.set(ring));
}

/// Takes this thread's ring for an event; null where the cold path has to find one.
#[inline(always)]
pub(crate) fn take() -> *const ThreadRing {
    let ring = THREAD.with(|thread| thread.ring.replace(ptr::null()));
    // What is done with the ring stays behind this, for handlers of signals that log: they run on this thread.
    compiler_fence(Ordering::SeqCst);
    ring
}

/// Makes `ring`, which this thread has [taken](take), the one for its next event again.
#[inline(always)]
pub(crate) fn put_back(ring: &ThreadRing) {
    // As in `take`: what was done with the ring stays in front of this.
    compiler_fence(Ordering::SeqCst);
    set_current(ring);
}

/// Ends the event that was begun in `ring`, whatever ring that is.
pub(crate) fn give_back(ring: &ThreadRing) {
    if ring.is_home() {
        put_back(ring);
    } else {
        give_back_other(ring);
    }
}

// ---- The cold path ----

/// Runs what must not be entered twice by one thread; `None` if it was.
pub(crate) fn once_at_a_time<R>(work: impl FnOnce() -> R) -> Option<R> {
    struct Leave;

    impl Drop for Leave {
        fn drop(&mut self) {
            IN_COLD_PATH.set(false);
        }
    }

    if IN_COLD_PATH.replace(true) {
        return None;
    }
    let _leave = Leave;
    Some(work())
}

/// Whether this thread does what must not be entered twice.
pub(crate) fn is_in_cold_path() -> bool {
    IN_COLD_PATH.get()
}

/// Runs what takes locks that a log call may need, too: an allocator that logs meanwhile is not heard, but counted.
pub(crate) fn undisturbed<R>(work: impl FnOnce() -> R) -> R {
    struct Resume(Option<Paused>);

    impl Drop for Resume {
        fn drop(&mut self) {
            if let Some(paused) = self.0.take() {
                resume(paused);
            }
        }
    }

    let _resume = Resume(Some(pause()));
    work()
}

/// What [`resume`] goes back to.
pub(crate) struct Paused {
    current: *const ThreadRing,
    in_cold_path: bool,
    generation: u32,
}

/// The beginning of what [`undisturbed`] does.
pub(crate) fn pause() -> Paused {
    Paused {
        current: THREAD.with(|thread| thread.ring.replace(ptr::null())),
        in_cold_path: IN_COLD_PATH.replace(true),
        generation: fork::generation(),
    }
}

/// The end of what [`undisturbed`] does.
pub(crate) fn resume(paused: Paused) {
    if paused.generation == fork::generation() {
        set_current(paused.current);
    }
    IN_COLD_PATH.set(paused.in_cold_path);
}

/// Finds a ring with room for `words` words, where [`take`] gave none or one that is full; null where the event
/// can't be recorded, which is then counted.
#[cold]
#[inline(never)]
pub(crate) fn prepare(taken: *const ThreadRing, words: u64) -> *const ThreadRing {
    let found = if taken.is_null() {
        once_at_a_time(find).flatten().unwrap_or(ptr::null())
    } else {
        taken
    };
    // SAFETY: this thread's `RINGS`, or the pipeline of a loan, or the caller's scratch ring keeps it alive.
    let Some(ring) = (unsafe { found.as_ref() }) else {
        dispatch::count_homeless();
        return ptr::null();
    };
    if ring.has_room(words) || ring.make_room(ring.ring.start() + words) {
        return found;
    }
    ring.count_dropped();
    give_back(ring);
    ptr::null()
}

/// Looks for a ring: for an event inside another, for a thread's first, for one after its last.
fn find() -> Option<*const ThreadRing> {
    if let Some(home) = current_home() {
        return if home.flow.is_left_behind() {
            None
        } else {
            nested(home)
        };
    }
    match dispatch::destination()? {
        Destination::Custom => ScratchRing::take(Purpose::Custom, 0),
        Destination::Pipeline(pipeline) => match home(&pipeline) {
            Some(ring) => {
                HOME.set(ring);
                Some(ring)
            }
            // The global pipeline is never dropped, and it keeps its rings.
            None => pipeline
                .registry
                .claim(Use::Loan, thread_id())
                .map(|ring| Arc::as_ptr(&ring)),
        },
    }
}

/// The ring that `HOME` is, but for one of the parent's global pipeline, which is forgotten.
fn current_home<'a>() -> Option<&'a ThreadRing> {
    // SAFETY: as long as `HOME` is set, `RINGS` holds that ring, or the scope that set it; no caller keeps it for longer.
    let home = unsafe { HOME.get().as_ref() }?;
    if home.flow.is_left_behind() && home.flow.is_global() {
        HOME.set(ptr::null());
        return None;
    }
    Some(home)
}

/// This thread's own ring in a pipeline; `None` where there is no memory, or the thread is ending.
fn home(pipeline: &Pipeline) -> Option<*const ThreadRing> {
    RINGS
        .try_with(|rings| {
            let mut rings = rings.0.borrow_mut();
            let of_pipeline =
                |ring: &&Arc<ThreadRing>| Arc::ptr_eq(&ring.flow, &pipeline.flow) && ring.is_home();
            if let Some(ring) = rings.iter().find(of_pipeline) {
                return Some(Arc::as_ptr(ring));
            }
            // Rings of pipelines that have ended are held by nobody else.
            rings.retain(|ring| Arc::strong_count(ring) > 1);
            let ring = pipeline.registry.claim(Use::Home, thread_id())?;
            let pointer = Arc::as_ptr(&ring);
            rings.push(ring);
            fatal_signals::enter_thread(thread_id());
            Some(pointer)
        })
        .ok()
        .flatten()
}

/// A ring for an event that happens while one is being encoded in `home`.
fn nested(home: &ThreadRing) -> Option<*const ThreadRing> {
    RINGS
        .try_with(|rings| {
            let mut rings = rings.0.borrow_mut();
            let mut depth = 0;
            for ring in rings.iter() {
                let is_nested = !ring.is_home() && !ring.is_retired();
                if Arc::ptr_eq(&ring.flow, &home.flow) && is_nested {
                    if ring.try_occupy() {
                        return Some(Arc::as_ptr(ring));
                    }
                    depth += 1;
                }
            }
            if depth >= DEEPEST_NESTING {
                return None;
            }
            let pipeline = dispatch::pipeline_of(&home.flow)?;
            let ring = pipeline.registry.claim(Use::Nested, thread_id())?;
            ring.try_occupy();
            let pointer = Arc::as_ptr(&ring);
            rings.push(ring);
            Some(pointer)
        })
        .ok()
        .flatten()
}

#[cold]
#[inline(never)]
fn give_back_other(ring: &ThreadRing) {
    if ring.is_retired() {
        ring.vacate();
        give_up(ring);
    } else if ring.is_scratch() {
        ScratchRing::deliver(ring);
    } else if ring.is_loan() {
        ring.release();
    } else {
        ring.vacate();
    }
}

/// Logs into a ring no more: this thread's next event finds another one.
fn give_up(ring: &ThreadRing) {
    if ptr::eq(HOME.get(), ring) {
        HOME.set(ptr::null());
    }
    ring.release();
}

/// Gives up this thread's ring if it is retired and no event is being encoded in it.
pub(crate) fn give_up_retired() {
    // SAFETY: as long as there is a current ring, `RINGS` holds that ring.
    let ring = unsafe { current().as_ref() };
    if let Some(ring) = ring.filter(|ring| ring.is_retired()) {
        set_current(ptr::null());
        give_up(ring);
    }
}

/// Runs what formats a user's value; what it panics with is not dropped, because that could panic again.
pub(crate) fn catch<R>(format: impl FnOnce() -> R) -> Result<R, Panicked> {
    // Found once for both: that is a call.
    IS_CATCHING.with(|is_catching| {
        let outer = is_catching.replace(true);
        let outcome = catch_unwind(AssertUnwindSafe(format));
        is_catching.set(outer);
        outcome.map_err(|payload| {
            std::mem::forget(payload);
            Panicked
        })
    })
}

/// A user's value panicked.
#[derive(Debug)]
pub(crate) struct Panicked;

/// Whether a panic of this thread would be caught by [`catch`].
pub(crate) fn is_catching() -> bool {
    IS_CATCHING.get()
}

// ---- Which pipeline a thread logs into ----

/// Runs `work` with this thread's events going into `pipeline`.
pub(crate) fn with_pipeline<R>(pipeline: &Pipeline, work: impl FnOnce() -> R) -> R {
    struct Restore {
        current: *const ThreadRing,
        home: *const ThreadRing,
        /// Whether this scope was the first inside the event that is being encoded in `home`.
        occupied: bool,
        generation: u32,
    }

    impl Drop for Restore {
        fn drop(&mut self) {
            HOME.set(self.home);
            if self.generation != fork::generation() {
                // The parent's.
                set_current(ptr::null());
                return;
            }
            set_current(self.current);
            // SAFETY: `RINGS` holds the ring that was `HOME` when the scope began.
            if let Some(home) = unsafe { self.home.as_ref() }
                && self.occupied
            {
                home.vacate();
            }
        }
    }

    let left_behind;
    let found = if pipeline.flow.is_left_behind() {
        left_behind = ThreadRing::of_nobody(&pipeline.flow);
        left_behind.as_ref().map(ptr::from_ref)
    } else {
        once_at_a_time(|| home(pipeline)).flatten()
    };
    let Some(ring) = found else {
        return work();
    };
    let mut restore = Restore {
        current: current(),
        home: HOME.get(),
        occupied: false,
        generation: fork::generation(),
    };
    if pipeline.flow.is_left_behind() {
        set_current(ptr::null());
        HOME.set(ring);
        return work();
    }
    // SAFETY: `RINGS` holds both.
    let (ring_ref, old_home) = unsafe { (&*ring, restore.home.as_ref()) };
    if let Some(old_home) = old_home.filter(|_| restore.current.is_null()) {
        // An event is being encoded there: a scope further in must not begin another one.
        restore.occupied = old_home.try_occupy();
    }
    let free = ring_ref.try_occupy();
    if free {
        ring_ref.vacate();
    }
    set_current(if free { ring } else { ptr::null() });
    HOME.set(ring);
    let result = work();
    drop(restore);
    result
}

/// The flow of the pipeline that this thread's events go into, once it has logged or entered a scope.
pub(crate) fn with_flow<R>(work: impl FnOnce(Option<&Arc<crate::flow::Flow>>) -> R) -> R {
    work(current_home().map(|home| &home.flow))
}

/// Makes this thread look anew where its events go.
pub(crate) fn leave_home() {
    set_current(ptr::null());
    HOME.set(ptr::null());
}

/// Makes this thread, the only one of a child of `fork`, log into none of the parent's rings; `false` where it is just being
/// given one.
pub(crate) fn leave_rings() -> bool {
    set_current(ptr::null());
    IS_OWN_THREAD.set(false);
    span::begin_anew();
    // Those of a thread whose thread-local data are gone were for one event each.
    RINGS
        .try_with(|rings| {
            let Ok(rings) = rings.0.try_borrow() else {
                return false;
            };
            // They are kept: an event may be in the making in one of them.
            rings.iter().for_each(|ring| ring.leave_behind());
            true
        })
        .unwrap_or(true)
}

// ---- Threads ----

/// The number of this thread, from 1; numbers are not used twice.
pub(crate) fn thread_id() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let known = THREAD_ID.get();
    if known != 0 {
        return known;
    }
    let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    THREAD_ID.set(id);
    if let Some(name) = std::thread::current().name() {
        thread_names::remember(id, name);
    }
    id
}

/// The number of this thread, 0 where it has none yet.
pub(crate) fn known_thread_id() -> u32 {
    THREAD_ID.get()
}

/// Marks this thread as one of ttlog's own: its events never make it wait.
pub(crate) fn become_own_thread() {
    IS_OWN_THREAD.set(true);
    fatal_signals::enter_thread(0);
}

pub(crate) fn is_own_thread() -> bool {
    IS_OWN_THREAD.get()
}
