//! Where events go: the one global pipeline, pipelines of their own, or a custom [`Logger`].
//!
//! The global pipeline is made once in a process, by [`init`](crate::init) or by the first log call, and never dropped. If a log
//! call made it, `init` gives it its settings later. A child of `fork` begins without one; that of its parent is never used again.
//!
//! `GLOBAL` is stored with `Release`, by who made the pipeline; the `Acquire` load of [`global`] pairs with it.

use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use crate::auto_init;
use crate::callsite::{self, Interest};
use crate::current;
use crate::exit;
use crate::filter::Filter;
use crate::flow::Flow;
use crate::known_spans;
use crate::level::LogLevel;
use crate::logger::{self, Logger};
use crate::metadata::RecordKind;
use crate::pipeline::Pipeline;
use crate::start;
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

pub(crate) struct Custom {
    logger: Arc<dyn Logger>,
    /// What holds where there is no global pipeline, whose filter it would be.
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
    callsite::level_is_wanted(level) && is_kind_enabled(level, target, RecordKind::Event)
}

/// The same for records of any kind, whose level may be wanted.
pub(crate) fn is_kind_enabled(level: LogLevel, target: &str, kind: RecordKind) -> bool {
    if current::is_in_cold_path() {
        return false;
    }
    let custom = custom_and_filter();
    let of_thread = current::with_flow(|flow| {
        let flow = flow.filter(|flow| custom.is_none() || !is_global(flow))?;
        Some(flow.filter().enabled(target, level))
    });
    if let Some(answer) = of_thread {
        return answer;
    }
    if let Some((custom, filter)) = custom {
        current::leave_home();
        return filter.enabled(target, level) && logger::wants(&*custom, level, target, kind);
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
    if let Some((_, filter)) = custom_and_filter() {
        let is_wanted = filter.enabled(target, level) || live_pipeline_wants(level, target);
        return if is_wanted {
            Interest::Sometimes
        } else {
            Interest::Never
        };
    }
    if global().is_none() {
        return match is_off() && !live_pipeline_wants(level, target) {
            true => Interest::Never,
            false => Interest::Sometimes,
        };
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

fn live_pipeline_wants(level: LogLevel, target: &str) -> bool {
    let wants = |pipeline: Arc<Pipeline>| pipeline.flow.filter().enabled(target, level);
    live().into_iter().any(wants)
}

/// The least severe level that anything wants, `None` where nothing wants any.
pub(crate) fn least_level() -> Option<LogLevel> {
    let custom = custom_and_filter();
    if global().is_none() && custom.is_none() && !is_off() {
        return Some(LogLevel::Trace);
    }
    let custom = custom.and_then(|(_, filter)| filter.least_level());
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
        current::once_at_a_time(start::start_unasked);
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

/// The global pipeline; makes it, with settings from the environment, where there is none, nothing
/// stands in its place and the application has not [said no](auto_init). To be called through [`current::once_at_a_time`].
pub(crate) fn start() -> Option<Arc<Pipeline>> {
    if let Some(pipeline) = global() {
        return Some(pipeline.clone());
    }
    if has_custom() {
        return None;
    }
    if !IS_INHERITED.load(Ordering::Relaxed) && !auto_init::is_on() {
        return None;
    }
    start::start_unasked();
    global().cloned()
}

/// Starts the global pipeline where there is none, for its snapshot thread: also where a custom logger stands in its place, which has
/// none. To be called through [`current::once_at_a_time`].
pub(crate) fn start_reporter() {
    if global().is_none() {
        start::start_unasked();
    }
}

/// Whether it is known that a log call starts nothing, where there is no global pipeline.
fn is_off() -> bool {
    auto_init::is_off() && !IS_INHERITED.load(Ordering::Relaxed)
}

/// Where an event of a thread goes that has no ring yet.
pub(crate) fn destination() -> Option<Destination> {
    if has_custom() {
        return Some(Destination::Custom);
    }
    start().map(Destination::Pipeline)
}

// ---- Custom loggers ----

/// Gives all events that would go to the global pipeline to `logger` instead, those that its filter lets through: the settings of
/// [`init`](crate::init), before or after, [`set_level`](crate::set_level) and `RUST_LOG`, or `Info`. Replaces one that was installed before;
/// [`uninstall_logger`] takes it away.
///
/// What the pipeline has recorded before goes where it would have gone.
pub fn install_logger(logger: Box<dyn Logger>) {
    install_logger_at(logger, LogLevel::Info);
}

/// The same, with the level that holds where neither the application nor `RUST_LOG` says one.
pub(crate) fn install_logger_at(logger: Box<dyn Logger>, level: LogLevel) {
    let filter = crate::setup::filter_of_environment().or_level(level);
    let new = Custom {
        logger: logger.into(),
        filter: Arc::new(filter),
    };
    // In a child of `fork`: the filter that was in force is that of the pipeline.
    global_here();
    exit::flush_at_exit();
    drop(exchange(Some(new)));
}

/// Takes the [installed](install_logger) logger away and flushes it: events go to the global pipeline again, which the next one starts if need
/// be. `false` where there was none.
///
/// No event is lost or given twice: one that was on its way to the logger is recorded.
pub fn uninstall_logger() -> bool {
    let Some(old) = exchange(None) else {
        return false;
    };
    known_spans::forget();
    old.logger.flush();
    true
}

/// What it gives may log while it is dropped.
fn exchange(new: Installed) -> Installed {
    let is_custom = new.is_some();
    let old = current::undisturbed(|| {
        let mut custom = CUSTOM.write().unwrap_or_else(PoisonError::into_inner);
        IS_CUSTOM.store(is_custom, Ordering::Relaxed);
        std::mem::replace(&mut *custom, new)
    });
    callsite::refresh();
    old
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
    global.flow.filter().enabled(target, level)
        && custom().is_none_or(|custom| logger::wants(&*custom, level, target, RecordKind::Event))
}

/// The custom logger, where one is installed.
pub(crate) fn custom() -> Option<Arc<dyn Logger>> {
    if !has_custom() {
        return None;
    }
    let custom = CUSTOM.read().unwrap_or_else(PoisonError::into_inner);
    custom.as_ref().map(|custom| custom.logger.clone())
}

/// The custom logger and what it is asked for, where one is installed.
fn custom_and_filter() -> Option<(Arc<dyn Logger>, Arc<Filter>)> {
    if !has_custom() {
        return None;
    }
    let custom = CUSTOM.read().unwrap_or_else(PoisonError::into_inner);
    let Custom { logger, filter } = custom.as_ref()?;
    let filter = global().map_or_else(|| filter.clone(), |global| global.flow.filter());
    Some((logger.clone(), filter))
}

/// What a custom logger is asked for, where one is installed.
pub(crate) fn custom_filter() -> Option<Arc<Filter>> {
    custom_and_filter().map(|(_, filter)| filter)
}

/// Whether a call site may ask what is wanted without starting anything.
pub(crate) fn is_started() -> bool {
    has_custom() || global().is_some()
}

// ---- Losses ----

/// Counts an event that no ring could be found for.
pub(crate) fn count_homeless() {
    current::with_flow(
        |flow| match flow.or_else(|| global().map(|global| &global.flow)) {
            Some(flow) => flow.count_homeless(1),
            // Nobody wanted it.
            None if is_off() => {}
            None => {
                HOMELESS.fetch_add(1, Ordering::Relaxed);
            }
        },
    );
}
