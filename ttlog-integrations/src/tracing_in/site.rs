//! [`Site`]: a call site of `tracing` as one of ttlog's.
//!
//! Found by the address of its metadata, which are static. A site is made once and kept for ever, in one of a fixed number of lists that grow at
//! their heads: no lock, so that a child of `fork` finds none held, and nothing to copy when there are more. A head is set by an exchange with
//! `Release`, with which the `Acquire` loads of it pair; what is behind it doesn't change.

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use tracing_core::Metadata;
use ttlog_core::bridge::{self, CallSite, FieldDef, SpanSite};
use ttlog_core::{LogLevel, SPAN_ID};

use super::interest::log_level;
use super::shapes::Shapes;

/// How many lists there are; a power of two. A large program has some thousand call sites.
const LISTS: usize = 1 << 12;
/// How many sites there may be. Who makes up metadata at run time, and leaks them, must not use up the numbers of call sites that ttlog has.
const MOST: usize = 1 << 16;

static TABLE: [AtomicPtr<Site>; LISTS] = [const { AtomicPtr::new(ptr::null_mut()) }; LISTS];
/// How many sites there are; relaxed, for a few too many do no harm.
static COUNT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static IS_LEARNING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is making a site.
pub(super) fn is_learning() -> bool {
    IS_LEARNING.get()
}

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Site {
    metadata: &'static Metadata<'static>,
    pub(super) level: LogLevel,
    pub(super) kind: Kind,
    next: *const Site,
}

// SAFETY: `next` is null or a site that was leaked, and those are only read.
unsafe impl Sync for Site {}
// SAFETY: as above.
unsafe impl Send for Site {}

/// What the events of a site become.
#[derive(Debug)]
pub(super) enum Kind {
    Event(EventSite),
    Span(Box<SpanSite>),
    /// The records of `log` have all the same few sites, and say where they come from in their values.
    LogRecord,
}

/// What is known of an event.
#[derive(Debug)]
pub(super) struct EventSite {
    pub(super) site: CallSite,
    /// Which of its fields is the message.
    pub(super) message: Option<usize>,
    shapes: Shapes,
}

impl EventSite {
    /// Whether fields without a value are to be left out of an event, rather than recorded as having none.
    pub(super) fn leaves_out(&self, fields: usize) -> bool {
        fields <= u64::BITS as usize && self.shapes.may_grow()
    }

    /// The call site of its events that lack the fields with these bits.
    pub(super) fn without(
        &self,
        missing: u64,
        metadata: &'static Metadata<'static>,
    ) -> &'static CallSite {
        let names = metadata.fields().iter().map(|field| field.name());
        let is_message = |(index, _): &(usize, _)| Some(*index) == self.message;
        let fields = names.enumerate().filter(|field| !is_message(field));
        self.shapes.without(missing, self.site.metadata(), fields)
    }
}

impl Site {
    /// The site of these metadata; `None` where there are too many.
    #[inline]
    pub(super) fn of(metadata: &'static Metadata<'static>) -> Option<&'static Site> {
        let list = list(metadata);
        // SAFETY: heads are null or sites that were leaked; see the module.
        let head = unsafe { list.load(Ordering::Acquire).as_ref() };
        match find(head, metadata) {
            Some(site) => Some(site),
            None => learn(list, metadata),
        }
    }

    /// What is wanted of it; `None` where that is not known before an event.
    pub(super) fn interest(&'static self) -> Option<bridge::Interest> {
        match &self.kind {
            Kind::Event(event) => Some(event.site.interest()),
            Kind::Span(span) => Some(span.interest()),
            Kind::LogRecord => None,
        }
    }

    fn new(metadata: &'static Metadata<'static>) -> Site {
        let level = log_level(metadata.level());
        Site {
            metadata,
            level,
            kind: Kind::of(level, metadata),
            next: ptr::null(),
        }
    }
}

#[inline]
fn list(metadata: &'static Metadata<'static>) -> &'static AtomicPtr<Site> {
    // Of a product with an odd number whose bits look random the highest bits depend on all of the factor's.
    let mixed = (ptr::from_ref(metadata) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    &TABLE[(mixed >> (u64::BITS - LISTS.ilog2())) as usize]
}

#[inline]
fn find(
    mut next: Option<&'static Site>,
    metadata: &'static Metadata<'static>,
) -> Option<&'static Site> {
    while let Some(site) = next {
        if ptr::eq(site.metadata, metadata) {
            return Some(site);
        }
        // SAFETY: null or a site that was leaked.
        next = unsafe { site.next.as_ref() };
    }
    None
}

#[cold]
#[inline(never)]
fn learn(
    list: &'static AtomicPtr<Site>,
    metadata: &'static Metadata<'static>,
) -> Option<&'static Site> {
    struct Learned;

    impl Drop for Learned {
        fn drop(&mut self) {
            IS_LEARNING.set(false);
        }
    }

    // An allocator that logs would come here again and again.
    if COUNT.load(Ordering::Relaxed) >= MOST || IS_LEARNING.replace(true) {
        return None;
    }
    let _learned = Learned;
    let mut new = Box::new(Site::new(metadata));
    loop {
        let head = list.load(Ordering::Acquire);
        // SAFETY: heads are null or sites that were leaked.
        if let Some(known) = find(unsafe { head.as_ref() }, metadata) {
            return Some(known);
        }
        new.next = head;
        let pointer = Box::into_raw(new);
        // `Relaxed` where it fails: the head is then loaded again.
        if list
            .compare_exchange(head, pointer, Ordering::Release, Ordering::Relaxed)
            .is_ok()
        {
            COUNT.fetch_add(1, Ordering::Relaxed);
            // SAFETY: it came from a box just now, and nobody has it for writing.
            return Some(unsafe { &*pointer });
        }
        // SAFETY: it came from a box just now, and nobody else has seen it.
        new = unsafe { Box::from_raw(pointer) };
    }
}

impl Kind {
    fn of(level: LogLevel, metadata: &'static Metadata<'static>) -> Kind {
        let names = || metadata.fields().iter().map(|field| field.name());
        let target = metadata.target();
        let module_path = metadata.module_path().unwrap_or("");
        let file = metadata.file().unwrap_or("");
        let line = metadata.line().unwrap_or(0);
        if metadata.is_span() {
            let fields = std::iter::once(SPAN_ID).chain(names());
            return Kind::Span(Box::new(SpanSite::new(
                level,
                target,
                module_path,
                file,
                line,
                metadata.name(),
                leak(fields),
            )));
        }
        if target == "log" && names().any(|name| name == "log.target") {
            return Kind::LogRecord;
        }
        let fields = leak(names().filter(|name| *name != MESSAGE));
        let own = bridge::Metadata::new(level, target, module_path, file, line, "", fields)
            .with_name(own_name(metadata));
        Kind::Event(EventSite {
            site: CallSite::new(own),
            message: names().position(|name| name == MESSAGE),
            shapes: Shapes::new(),
        })
    }
}

/// The name of the field that `tracing` has the message in.
pub(super) const MESSAGE: &str = "message";

fn leak(names: impl Iterator<Item = &'static str>) -> &'static [FieldDef] {
    names.map(FieldDef::new).collect::<Vec<_>>().leak()
}

/// The name that the call gave; empty where it is the one that `tracing` makes up of file and line.
fn own_name(metadata: &'static Metadata<'static>) -> &'static str {
    let made_up = metadata.name().strip_prefix("event ").is_some_and(|rest| {
        let (file, line) = (metadata.file().unwrap_or(""), metadata.line().unwrap_or(0));
        rest.strip_prefix(file)
            .and_then(|rest| rest.strip_prefix(':'))
            .is_some_and(|rest| rest.parse() == Ok(line))
    });
    if made_up { "" } else { metadata.name() }
}
