//! [`CallSite`]: the static behind each log call, and the table of those that were reached.
//!
//! A call site is unknown until its call is first reached. It is then given an id, and asks what is live
//! whether it is wanted; the answer stays in its `state` until a filter changes, which answers anew for every
//! site in the table. So a call costs one load for [`LEAST_LEVEL`] and one for `state`, whatever the filter.
//!
//! Both are hints that stand alone: relaxed. A call that races with a change of filter may go by the old one.
//!
//! What readers are told of a site is the table's `metadata`. That is the site's own, unless a value turned out to
//! [spread](CallSite::spreads): its fields are then recorded by their names, and the field that it would have been is left out. That
//! is known at the first event, before it is published.

use std::borrow::Cow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use crate::black_box::BlackBox;
use crate::bridge;
use crate::current;
use crate::dispatch;
use crate::fork;
use crate::level::LogLevel;
use crate::metadata::Metadata;
use crate::record::{MAX_SITE, SITE_BITS};
use crate::redaction;
use crate::sync::lock;

/// The least severe level that anything wants; above all levels where nothing wants any.
static LEAST_LEVEL: AtomicU8 = AtomicU8::new(0);

/// The least severe level that anything wants; `None` where nothing wants any.
pub(crate) fn least_level() -> Option<LogLevel> {
    LogLevel::from_u8(LEAST_LEVEL.load(Ordering::Relaxed))
}

/// Whether anything may want events of this level.
#[inline(always)]
pub(crate) fn level_is_wanted(level: LogLevel) -> bool {
    level as u8 >= LEAST_LEVEL.load(Ordering::Relaxed)
}

/// What the live pipelines want of a call site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// No pipeline wants its events.
    Never = 1,
    /// It depends on the thread, or is not known yet.
    Sometimes = 2,
    /// Wherever an event of it goes, it is wanted. The greatest, so that one comparison with the whole state tells.
    Always = 3,
}

/// Where the interest stands in `state`.
const INTEREST_SHIFT: u32 = 30;
/// Set in `state` once the table's metadata leaves out the fields whose values spread.
const IS_SPREAD: u32 = 1 << SITE_BITS;
/// Set in `state` where a list of names hides something of the site's events.
const IS_REDACTED: u32 = 2 << SITE_BITS;

/// What is known of a call site at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State(u32);

impl State {
    /// The id, or 0 where the site was not reached yet.
    #[inline(always)]
    pub(crate) fn id(self) -> u32 {
        self.0 & MAX_SITE
    }

    /// The id, if there is one and the site's events may be written into a ring as they are.
    #[inline(always)]
    pub(crate) fn id_unless_redacted(self) -> Option<u32> {
        let id = self.0 & (IS_REDACTED | MAX_SITE);
        (1..=MAX_SITE).contains(&id).then_some(id)
    }

    /// Whether the site's events must not be written into a ring as they are.
    #[inline(always)]
    pub(crate) fn is_redacted(self) -> bool {
        self.0 & IS_REDACTED != 0
    }
}

/// The static behind a log call. Made by the macros.
#[derive(Debug)]
pub struct CallSite {
    /// The [`Interest`] in the two highest bits, the id in the lowest, flags between; 0 while unknown. Written with the
    /// table's lock only.
    state: AtomicU32,
    metadata: Metadata,
}

pub(crate) static TABLE: Mutex<Table> = Mutex::new(Table {
    sites: Vec::new(),
    black_boxes: Vec::new(),
});

/// The call sites that were reached.
pub(crate) struct Table {
    /// The site of id `n` is at `n - 1`.
    sites: Vec<Entry>,
    /// Where they are entered, too.
    black_boxes: Vec<Weak<BlackBox>>,
}

/// A call site in the table.
#[derive(Clone, Copy)]
struct Entry {
    site: &'static CallSite,
    /// What readers are told of it.
    metadata: &'static Metadata,
}

impl Table {
    /// In a child of `fork`: the black boxes are the parent's.
    pub(crate) fn forget_black_boxes(&mut self) {
        self.black_boxes.clear();
    }

    fn add(&mut self, id: u32, site: &'static CallSite) {
        let metadata = match redaction::without_constants(&site.metadata) {
            Some(hidden) => Box::leak(Box::new(hidden)),
            None => &site.metadata,
        };
        self.sites.push(Entry { site, metadata });
        self.describe(id, metadata);
    }

    /// Tells readers something else of a site than before.
    fn replace(&mut self, id: u32, metadata: Metadata) {
        // Readers keep what they are given for as long as they like; it is once a site.
        let metadata = Box::leak(Box::new(metadata));
        self.sites[id as usize - 1].metadata = metadata;
        self.describe(id, metadata);
    }

    fn describe(&mut self, id: u32, metadata: &Metadata) {
        self.black_boxes.retain(|black_box| {
            let black_box = black_box.upgrade();
            if let Some(black_box) = &black_box {
                black_box.add_site(id, metadata);
            }
            black_box.is_some()
        });
    }
}

impl CallSite {
    /// A call site that was not reached yet.
    pub const fn new(metadata: Metadata) -> Self {
        CallSite {
            state: AtomicU32::new(0),
            metadata,
        }
    }

    /// The call sites of a call whose level is known at run time only, by the level's number.
    pub const fn for_each_level(metadata: Metadata) -> [CallSite; 6] {
        let sites = [
            CallSite::new(copy_at(&metadata, LogLevel::Trace)),
            CallSite::new(copy_at(&metadata, LogLevel::Debug)),
            CallSite::new(copy_at(&metadata, LogLevel::Info)),
            CallSite::new(copy_at(&metadata, LogLevel::Warn)),
            CallSite::new(copy_at(&metadata, LogLevel::Error)),
            CallSite::new(copy_at(&metadata, LogLevel::Critical)),
        ];
        // A const function can't drop it, and it owns nothing.
        std::mem::forget(metadata);
        sites
    }

    /// What the call says of its events.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The id, or 0 where the site was not reached yet.
    #[inline(always)]
    pub(crate) fn id(&self) -> u32 {
        self.state().id()
    }

    /// What is known of the site now.
    #[inline(always)]
    pub(crate) fn state(&self) -> State {
        State(self.state.load(Ordering::Relaxed))
    }

    /// Whether an event of this site is wanted here and now; `level` is the site's.
    #[inline(always)]
    pub fn is_enabled(&'static self, level: LogLevel) -> bool {
        if !level_is_wanted(level) {
            return false;
        }
        // Loaded once more where that is not all: so the usual case is a comparison with memory.
        self.state.load(Ordering::Relaxed) >= (Interest::Always as u32) << INTEREST_SHIFT
            || self.state.load(Ordering::Relaxed) >> INTEREST_SHIFT != Interest::Never as u32
                && self.ask()
    }

    /// The same for an event with a target that is known at run time only.
    pub fn is_enabled_for(&'static self, level: LogLevel, target: &str) -> bool {
        if !level_is_wanted(level) {
            return false;
        }
        if current::is_in_cold_path() {
            dispatch::count_homeless();
            return false;
        }
        if self.id() == 0 {
            self.ask();
        }
        dispatch::is_kind_enabled(level, target, self.metadata.kind)
    }

    #[cold]
    #[inline(never)]
    fn ask(&'static self) -> bool {
        let state = self.state.load(Ordering::Relaxed);
        let depends = state >> INTEREST_SHIFT == Interest::Sometimes as u32;
        if depends && dispatch::is_started() && !current::is_in_cold_path() {
            return self.asks_here();
        }
        // Once: an allocator that logs may get here again, while this thread holds the table.
        let interest = current::once_at_a_time(|| {
            dispatch::start();
            self.register()
        });
        match interest {
            Some(Interest::Always) => true,
            Some(Interest::Never) => false,
            Some(Interest::Sometimes) => self.asks_here(),
            None => {
                dispatch::count_homeless();
                false
            }
        }
    }

    /// Whether an event of this site is wanted in this thread.
    fn asks_here(&'static self) -> bool {
        let Metadata { level, kind, .. } = self.metadata;
        dispatch::is_kind_enabled(level, &self.metadata.target, kind)
    }

    /// Says which of the known fields, by their bits, are not one value each because what stands there spreads. The mask is
    /// the same in each call of a site. To be called before an event is begun.
    #[inline(always)]
    pub fn spreads(&'static self, mask: u64) {
        // A constant where the macros call it: nothing is left of this where nothing spreads.
        if mask != 0 && self.state.load(Ordering::Relaxed) & IS_SPREAD == 0 {
            self.leave_out(mask);
        }
    }

    #[cold]
    #[inline(never)]
    fn leave_out(&'static self, mask: u64) {
        current::undisturbed(|| {
            let mut table = lock(&TABLE);
            let state = self.state.load(Ordering::Relaxed);
            let id = state & MAX_SITE;
            if state & IS_SPREAD == 0 && id != 0 {
                let metadata = table.sites[id as usize - 1].metadata;
                table.replace(id, metadata.without_fields(mask));
                self.state.store(state | IS_SPREAD, Ordering::Relaxed);
            }
        });
    }

    /// The id, for an event that nobody asks for.
    #[inline]
    pub(crate) fn ensure_id(&'static self) -> u32 {
        if self.id() == 0 {
            current::undisturbed(|| self.register());
        }
        self.id()
    }

    /// What is wanted of its events in all threads together, until that changes. Does not start ttlog.
    pub fn interest(&'static self) -> Interest {
        current::undisturbed(|| self.register())
    }

    /// Enters the site into the table, unless it is there.
    fn register(&'static self) -> Interest {
        let mut table = lock(&TABLE);
        let mut state = self.state.load(Ordering::Relaxed);
        if state == 0 {
            // Beyond the last id the event has none: it loses what only its site knows.
            let id = table.sites.len() as u32 + 1;
            if id <= MAX_SITE {
                table.add(id, self);
            }
            state = self.answer(id & MAX_SITE);
        }
        match state >> INTEREST_SHIFT {
            1 => Interest::Never,
            3 => Interest::Always,
            _ => Interest::Sometimes,
        }
    }

    fn answer(&self, id: u32) -> u32 {
        let interest = dispatch::interest(self.metadata.level, &self.metadata.target);
        let mut flags = self.state.load(Ordering::Relaxed) & IS_SPREAD;
        if redaction::concerns(&self.metadata) {
            flags |= IS_REDACTED;
        }
        let state = (interest as u32) << INTEREST_SHIFT | flags | id;
        self.state.store(state, Ordering::Relaxed);
        state
    }
}

const fn copy_at(metadata: &Metadata, level: LogLevel) -> Metadata {
    #[expect(
        clippy::ptr_arg,
        reason = "a `&str` of an owned one would not live long enough"
    )]
    const fn borrowed(text: &Cow<'static, str>) -> &'static str {
        match text {
            Cow::Borrowed(text) => text,
            Cow::Owned(_) => panic!("the metadata of a call site is borrowed"),
        }
    }
    let fields = match metadata.fields {
        Cow::Borrowed(fields) => fields,
        Cow::Owned(_) => panic!("the metadata of a call site is borrowed"),
    };
    Metadata::new(
        level,
        borrowed(&metadata.target),
        borrowed(&metadata.module_path),
        borrowed(&metadata.file),
        metadata.line,
        borrowed(&metadata.message),
        fields,
    )
    .with_name(borrowed(&metadata.name))
}

/// Asks anew for every call site in the table; to be called whenever the answer may have changed.
pub(crate) fn refresh() {
    if fork::is_silent() {
        return;
    }
    current::undisturbed(|| {
        let mut table = lock(&TABLE);
        let least = dispatch::least_level().map_or(u8::MAX, |level| level as u8);
        LEAST_LEVEL.store(least, Ordering::Relaxed);
        for id in 1..=table.sites.len() as u32 {
            let Entry { site, metadata } = table.sites[id as usize - 1];
            site.answer(id & MAX_SITE);
            if let Some(hidden) = redaction::without_constants(metadata) {
                table.replace(id, hidden);
            }
        }
    });
    current::undisturbed(bridge::interest_has_changed);
}

/// Enters all call sites into a black box, and from now on each new one before its first event.
pub(crate) fn describe_to(black_box: &Arc<BlackBox>) {
    current::undisturbed(|| {
        let mut table = lock(&TABLE);
        for (id, entry) in (1..).zip(&table.sites) {
            black_box.add_site(id, entry.metadata);
        }
        table.black_boxes.push(Arc::downgrade(black_box));
    });
}

/// Lets no call through any more that asks.
pub(crate) fn silence() {
    LEAST_LEVEL.store(u8::MAX, Ordering::Relaxed);
}

/// What is known of the events of site `id`; of site 0, and of one that isn't there, nothing.
pub(crate) fn metadata(id: u32) -> &'static Metadata {
    static NOTHING: Metadata = Metadata::new(LogLevel::Info, "", "", "", 0, "", &[]);
    let known = (id as usize).checked_sub(1).and_then(|index| {
        let table = lock(&TABLE);
        table.sites.get(index).map(|entry| entry.metadata)
    });
    known.unwrap_or(&NOTHING)
}

/// Call sites that were looked up before, so that a lookup takes the table's lock once a site.
#[derive(Debug, Default)]
pub(crate) struct Sites(Vec<Option<&'static Metadata>>);

impl Sites {
    /// The same as [`metadata`].
    #[inline]
    pub(crate) fn get(&mut self, id: u32) -> &'static Metadata {
        match self.0.get(id as usize) {
            Some(Some(metadata)) => metadata,
            _ => self.look_up(id),
        }
    }

    #[cold]
    fn look_up(&mut self, id: u32) -> &'static Metadata {
        let index = id as usize;
        if self.0.len() <= index {
            self.0.resize(index + 1, None);
        }
        self.0[index].insert(metadata(id))
    }
}
