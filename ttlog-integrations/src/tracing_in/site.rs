//! [`Site`]: a call site of `tracing` as one of ttlog's.
//!
//! Found by the address of its metadata, which are static. A site is made once and kept for ever, in one of a fixed number of lists that only grow:
//! so there is nothing to copy when there are more.

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracing_core::Metadata;
use ttlog_core::bridge::{self, CallSite, FieldDef, Forever, SpanSite};
use ttlog_core::{LogLevel, SPAN_ID};

use super::interest::log_level;
use super::shapes::Shapes;

/// How many lists there are; a power of two. A large program has some thousand call sites.
const LISTS: usize = 1 << 12;
/// How many sites there may be. Who makes up metadata at run time, and leaks them, must not use up the numbers of call sites that ttlog has.
const MOST: usize = 1 << 16;

static TABLE: [Forever<Site>; LISTS] = [const { Forever::new() }; LISTS];
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
}

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
        match list.find(|site| site.is_of(metadata)) {
            Some(site) => Some(site),
            None => learn(list, metadata),
        }
    }

    #[inline(always)]
    fn is_of(&self, metadata: &'static Metadata<'static>) -> bool {
        ptr::eq(self.metadata, metadata)
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
        }
    }
}

#[inline]
fn list(metadata: &'static Metadata<'static>) -> &'static Forever<Site> {
    // Of a product with an odd number whose bits look random the highest bits depend on all of the factor's.
    let mixed = (ptr::from_ref(metadata) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    &TABLE[(mixed >> (u64::BITS - LISTS.ilog2())) as usize]
}

#[cold]
#[inline(never)]
fn learn(
    list: &'static Forever<Site>,
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
    match list.push_unless(|site| site.is_of(metadata), Site::new(metadata)) {
        Ok(site) => {
            COUNT.fetch_add(1, Ordering::Relaxed);
            Some(site)
        }
        Err(known) => Some(known),
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
