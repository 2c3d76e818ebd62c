//! Where events go: the one global pipeline, pipelines of their own, or a custom [`Logger`].
//!
//! The global pipeline is made once in a process, by [`init`](crate::init) or by the first log call, and never dropped. If a log
//! call made it, `init` gives it its settings later. A child of `fork` begins without one; that of its parent is never used again.
//!
//! `GLOBAL` is stored with `Release`, by who made the pipeline; the `Acquire` load of [`global`] pairs with it.

use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use crate::callsite::{self, Interest};
use crate::current;
use crate::filter::Filter;
use crate::flow::Flow;
use crate::init::TtlogBuilder;
use crate::level::LogLevel;
use crate::logger::Logger;
use crate::pipeline::Pipeline;
use crate::sync::lock;

/// Null, or what was leaked.
static GLOBAL: AtomicPtr<Arc<Pipeline>> = AtomicPtr::new(std::ptr::null_mut());
/// Whether the parent process had a global pipeline, and this one hasn't yet; relaxed, for `init`'s lock orders what it says.
static IS_INHERITED: AtomicBool = AtomicBool::new(false);

/// All pipelines of this process that live, the global one among them.
pub(crate) type Live = Vec<Weak<Pipeline>>;
pub(crate) static LIVE: Mutex<Live> = Mutex::new(Vec::new());

/// What stands in the place of the global pipeline.
pub(crate) type Installed = Option<Custom>;
pub(crate) static CUSTOM: RwLock<Installed> = RwLock::new(None);
/// Whether `CUSTOM` is set; relaxed, for the lock orders what it says.
static IS_CUSTOM: AtomicBool = AtomicBool::new(false);
/// Events that were lost where there was no pipeline to count them.
static HOMELESS: AtomicU64 = AtomicU64::new(0);

#[derive(Clone)]
pub(crate) struct Custom {
    logger: Arc<dyn Logger>,
    filter: Arc<Filter>,
}

/// Where an event of this thread goes.
pub(crate) enum Destination {
    Custom,
    Pipeline(Arc<Pipeline>),
}

// ---- What is wanted ----

/// Whether an event of this level and target is wanted on this thread.
///
/// For what no macro covers: a macro asks for itself. Costs a look into the filter.
///
/// ```
/// use ttlog_core::{LogLevel, is_enabled};
/// if is_enabled(LogLevel::Debug, "my_app::db") {
///     // ... collect what would be costly ...
/// }
/// ```
pub fn is_enabled(level: LogLevel, target: &str) -> bool {
    if !callsite::level_is_wanted(level) || current::is_in_cold_path() {
        return false;
    }
    let custom = custom_filter();
    let of_thread = current::with_flow(|flow| {
        let flow = flow.filter(|flow| custom.is_none() || !is_global(flow))?;
        Some(flow.filter().enabled(target, level))
    });
    if let Some(answer) = of_thread {
        return answer;
    }
    if let Some(filter) = custom {
        current::leave_home();
        return filter.enabled(target, level);
    }
    match current::once_at_a_time(start) {
        Some(Some(pipeline)) => pipeline.flow.filter().enabled(target, level),
        _ => false,
    }
}

fn is_global(flow: &Arc<Flow>) -> bool {
    global().is_some_and(|global| Arc::ptr_eq(&global.flow, flow))
}

/// What all that lives together wants of a call site.
pub(crate) fn interest(level: LogLevel, target: &str) -> Interest {
    if global().is_none() || IS_CUSTOM.load(Ordering::Relaxed) {
        return Interest::Sometimes;
    }
    let answers = live()
        .into_iter()
        .map(|pipeline| pipeline.flow.filter().enabled(target, level));
    match answers.fold((true, false), |(all, any), wanted| {
        (all && wanted, any || wanted)
    }) {
        (true, _) => Interest::Always,
        (_, false) => Interest::Never,
        _ => Interest::Sometimes,
    }
}

/// The least severe level that anything wants, `None` where nothing wants any.
pub(crate) fn least_level() -> Option<LogLevel> {
    if global().is_none() && !IS_CUSTOM.load(Ordering::Relaxed) {
        return Some(LogLevel::Trace);
    }
    let custom = custom_filter().and_then(|filter| filter.least_level());
    let live = live();
    let of_pipelines = live
        .iter()
        .filter_map(|pipeline| pipeline.flow.filter().least_level());
    of_pipelines.chain(custom).min()
}

// ---- Pipelines ----

fn live() -> Vec<Arc<Pipeline>> {
    lock(&LIVE).iter().filter_map(Weak::upgrade).collect()
}

/// Enters a pipeline among those that live.
pub(crate) fn enter(pipeline: &Arc<Pipeline>) {
    current::undisturbed(|| {
        let mut live = lock(&LIVE);
        live.retain(|pipeline| pipeline.strong_count() > 0);
        live.push(Arc::downgrade(pipeline));
    });
}

/// Takes a pipeline off those that live.
pub(crate) fn leave(pipeline: &Arc<Pipeline>) {
    current::undisturbed(|| {
        lock(&LIVE).retain(|live| !std::ptr::eq(live.as_ptr(), Arc::as_ptr(pipeline)));
    });
}

/// The pipeline that a flow is of, while it lives.
pub(crate) fn pipeline_of(flow: &Arc<Flow>) -> Option<Arc<Pipeline>> {
    live()
        .into_iter()
        .find(|pipeline| Arc::ptr_eq(&pipeline.flow, flow))
}

/// The global pipeline, if there is one.
pub(crate) fn global() -> Option<&'static Arc<Pipeline>> {
    // SAFETY: `set_global` stored what it leaked.
    unsafe { GLOBAL.load(Ordering::Acquire).as_ref() }
}

/// Makes a pipeline the global one; with the lock of `init`, which makes sure that there is none.
pub(crate) fn set_global(pipeline: Arc<Pipeline>) {
    pipeline.flow.set_global();
    set_inherited(false);
    // What was lost before is the global pipeline's to account for.
    let lost = HOMELESS.swap(0, Ordering::Relaxed);
    pipeline.flow.count_homeless(lost);
    GLOBAL.store(Box::leak(Box::new(pipeline)), Ordering::Release);
}

/// In a child of `fork`: the parent's global pipeline is not this process's.
pub(crate) fn forget_global() {
    GLOBAL.store(std::ptr::null_mut(), Ordering::Release);
}

/// Says whether the first log call makes a pipeline with what the parent process left.
pub(crate) fn set_inherited(inherited: bool) {
    IS_INHERITED.store(inherited, Ordering::Relaxed);
}

/// The global pipeline; in a child of `fork` whose parent had one, it is started.
pub(crate) fn global_here() -> Option<&'static Arc<Pipeline>> {
    if global().is_none() && IS_INHERITED.load(Ordering::Relaxed) {
        current::once_at_a_time(TtlogBuilder::start_unasked);
    }
    global()
}

/// What stands for `pipeline` in this process: where that is the global one of a parent, the global one of this process, if it was
/// started.
pub(crate) fn if_started(pipeline: &Arc<Pipeline>) -> Option<&Arc<Pipeline>> {
    if pipeline.flow.is_left_behind() && pipeline.flow.is_global() {
        global()
    } else {
        Some(pipeline)
    }
}

/// The same, and it is started; where that fails, `pipeline`, which does nothing any more.
pub(crate) fn started(pipeline: &Arc<Pipeline>) -> &Arc<Pipeline> {
    if pipeline.flow.is_left_behind() && pipeline.flow.is_global() {
        global_here().unwrap_or(pipeline)
    } else {
        pipeline
    }
}

/// The global pipeline; makes it, with settings from the environment, where there is none and nothing
/// stands in its place. To be called through [`current::once_at_a_time`].
pub(crate) fn start() -> Option<Arc<Pipeline>> {
    if let Some(pipeline) = global() {
        return Some(pipeline.clone());
    }
    if IS_CUSTOM.load(Ordering::Relaxed) {
        return None;
    }
    TtlogBuilder::start_unasked();
    global().cloned()
}

/// Starts the global pipeline where there is none, for its snapshot thread: also where a custom logger stands in its place, which has
/// none. To be called through [`current::once_at_a_time`].
pub(crate) fn start_reporter() {
    if global().is_none() {
        TtlogBuilder::start_unasked();
    }
}

/// Where an event of a thread goes that has no ring yet.
pub(crate) fn destination() -> Option<Destination> {
    if IS_CUSTOM.load(Ordering::Relaxed) {
        return Some(Destination::Custom);
    }
    start().map(Destination::Pipeline)
}

// ---- Custom loggers ----

/// Gives all events that would go to the global pipeline to `logger` instead, those that
/// [`set_level`](crate::set_level) and `RUST_LOG` let through. Replaces one that was installed before.
pub fn install_logger(logger: Box<dyn Logger>) {
    let filter = match global_here() {
        Some(global) => global.flow.filter(),
        None => Arc::new(crate::init::filter_of_environment().or_level(LogLevel::Info)),
    };
    let new = Some(Custom {
        logger: logger.into(),
        filter,
    });
    let mut custom = CUSTOM.write().unwrap_or_else(PoisonError::into_inner);
    let old = std::mem::replace(&mut *custom, new);
    drop(custom);
    // Only now: it may log while it is dropped.
    drop(old);
    IS_CUSTOM.store(true, Ordering::Relaxed);
    callsite::refresh();
}

/// Changes the level of targets that no directive covers, for the global pipeline or the custom logger in its place.
pub fn set_level(level: LogLevel) {
    let logger = current::undisturbed(|| {
        let mut custom = CUSTOM.write().unwrap_or_else(PoisonError::into_inner);
        custom.as_mut().map(|custom| {
            custom.filter = Arc::new(Filter::clone(&custom.filter).with_level(level));
            custom.logger.clone()
        })
    });
    if let Some(logger) = logger {
        logger.set_level(level);
    }
    if let Some(global) = global_here() {
        global.set_level(level);
    }
    callsite::refresh();
}

/// Whether a custom logger stands in the place of the global pipeline.
pub(crate) fn has_custom() -> bool {
    IS_CUSTOM.load(Ordering::Relaxed)
}

/// Whether an event of this level and target is wanted where those of no scope go; `global` is the global pipeline.
pub(crate) fn global_wants(global: &Pipeline, level: LogLevel, target: &str) -> bool {
    let filter = custom_filter().unwrap_or_else(|| global.flow.filter());
    filter.enabled(target, level)
}

/// The custom logger, where one is installed.
pub(crate) fn custom() -> Option<Arc<dyn Logger>> {
    if !IS_CUSTOM.load(Ordering::Relaxed) {
        return None;
    }
    let custom = CUSTOM.read().unwrap_or_else(PoisonError::into_inner);
    custom.as_ref().map(|custom| custom.logger.clone())
}

fn custom_filter() -> Option<Arc<Filter>> {
    if !IS_CUSTOM.load(Ordering::Relaxed) {
        return None;
    }
    let custom = CUSTOM.read().unwrap_or_else(PoisonError::into_inner);
    custom.as_ref().map(|custom| custom.filter.clone())
}

// ---- Losses ----

/// Counts an event that no ring could be found for.
pub(crate) fn count_homeless() {
    current::with_flow(
        |flow| match flow.or_else(|| global().map(|global| &global.flow)) {
            Some(flow) => flow.count_homeless(1),
            None => {
                HOMELESS.fetch_add(1, Ordering::Relaxed);
            }
        },
    );
}
