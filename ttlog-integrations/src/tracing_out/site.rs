//! [`Site`]: a call site that `tracing` is told of, made at run time.
//!
//! `tracing` wants statics that name level, target, place and fields. There is one for each such combination that comes by, for ever; beyond a bound,
//! one for each level, whose events have all of that as text. `tracing` keeps in `interest` what its subscribers want of a site: relaxed, for it stands alone.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock, PoisonError, RwLock};

use tracing_core::callsite::{self, Callsite, Identifier};
use tracing_core::field::FieldSet;
use tracing_core::metadata::LevelFilter;
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Kind, Level, Metadata};
use ttlog_core::{Field, LogEvent, LogLevel, RecordKind};

use super::values::MESSAGE;
use crate::marks::marks;

/// How many sites there are at most.
const MOST_SITES: usize = 1 << 13;
/// The names of the fields of a site that stands for all that are too many.
const FIELDS_OF_ANY: [&str; 3] = [MESSAGE, "target", "fields"];

const NEVER: u8 = 1;
const SOMETIMES: u8 = 2;
const ALWAYS: u8 = 3;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Site {
    metadata: OnceLock<Metadata<'static>>,
    interest: AtomicU8,
    /// Whether it stands for any event of its level.
    pub(super) is_of_any: bool,
}

/// What tells sites apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Look<'a> {
    kind: LookKind,
    level: Level,
    name: &'a str,
    target: &'a str,
    module: Option<&'a str>,
    file: Option<&'a str>,
    line: Option<u32>,
    fields: Vec<&'a str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum LookKind {
    Event,
    Span,
    /// Asked about, and never given an event.
    Hint,
}

type Sites = HashMap<u64, Vec<(Look<'static>, &'static Site)>>;

static SITES: LazyLock<RwLock<Sites>> = LazyLock::new(RwLock::default);
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Whether any subscriber may want this level.
pub(super) fn level_is_wanted(level: LogLevel) -> bool {
    level_of(level) <= LevelFilter::current()
}

/// The site of an event that is given with these fields.
pub(super) fn of_event(event: &LogEvent, given: &[&Field]) -> &'static Site {
    let mut fields: Vec<&str> = Vec::with_capacity(given.len() + 4);
    if !event.message.is_empty() {
        fields.push(MESSAGE);
    }
    fields.extend(given.iter().map(|field| &*field.key));
    for mark in marks(event) {
        fields.push(mark);
    }
    let place;
    let name = match (&event.name, &event.file) {
        (Some(name), _) => &**name,
        (None, Some(file)) => {
            place = format!("event {file}:{}", event.line.unwrap_or(0));
            &*place
        }
        (None, None) => "event",
    };
    find(look_at(event, LookKind::Event, name, fields))
}

/// The site of a span, or of fields that a span gets.
pub(super) fn of_span(event: &LogEvent) -> &'static Site {
    // The first is the span's number.
    let fields = event.fields.iter().skip(1).map(|field| &*field.key);
    let name = match event.kind {
        RecordKind::ContextBegin => "context",
        _ => &*event.message,
    };
    find(look_at(event, LookKind::Span, name, fields.collect()))
}

/// A site to ask whether an event is wanted.
pub(super) fn hint(level: LogLevel, target: &str) -> &'static Site {
    find(Look {
        kind: LookKind::Hint,
        level: level_of(level),
        name: "event",
        target,
        module: None,
        file: None,
        line: None,
        fields: Vec::new(),
    })
}

fn look_at<'a>(
    event: &'a LogEvent,
    kind: LookKind,
    name: &'a str,
    fields: Vec<&'a str>,
) -> Look<'a> {
    Look {
        kind,
        level: level_of(event.level),
        name,
        target: &event.target,
        module: event.module_path.as_deref(),
        file: event.file.as_deref(),
        line: event.line,
        fields,
    }
}

fn level_of(level: LogLevel) -> Level {
    match level {
        LogLevel::Trace => Level::TRACE,
        LogLevel::Debug => Level::DEBUG,
        LogLevel::Info => Level::INFO,
        LogLevel::Warn => Level::WARN,
        LogLevel::Error | LogLevel::Critical => Level::ERROR,
    }
}

fn find(look: Look<'_>) -> &'static Site {
    let hash = HASHER.hash_one(&look);
    let known = |sites: &Sites| {
        let mut same = sites.get(&hash)?.iter();
        same.find(|(known, _)| *known == look)
            .map(|(_, site)| *site)
    };
    let sites = SITES.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(site) = known(&sites) {
        return site;
    }
    drop(sites);
    if COUNT.load(Ordering::Relaxed) >= MOST_SITES {
        return of_any(&look);
    }
    let mut sites = SITES.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(site) = known(&sites) {
        return site;
    }
    COUNT.fetch_add(1, Ordering::Relaxed);
    let look = look.leak();
    let site = Site::leak(&look, false);
    sites.entry(hash).or_default().push((look, site));
    drop(sites);
    // Asks the subscribers, which may log: with no lock held.
    callsite::register(site);
    site
}

/// The site that stands for all of a level and a kind that are too many.
fn of_any(look: &Look<'_>) -> &'static Site {
    static OF_ANY: [OnceLock<&Site>; 15] = [const { OnceLock::new() }; 15];

    let level = match look.level {
        Level::TRACE => 0,
        Level::DEBUG => 1,
        Level::INFO => 2,
        Level::WARN => 3,
        _ => 4,
    };
    let place = level * 3 + look.kind as usize;
    OF_ANY[place].get_or_init(|| {
        let look = Look {
            kind: look.kind,
            level: look.level,
            name: "event",
            target: "ttlog",
            module: None,
            file: None,
            line: None,
            fields: FIELDS_OF_ANY.to_vec(),
        };
        let site = Site::leak(&look, true);
        callsite::register(site);
        site
    })
}

impl Look<'_> {
    fn leak(&self) -> Look<'static> {
        let leak = |text: &str| -> &'static str { Box::leak(text.into()) };
        Look {
            kind: self.kind,
            level: self.level,
            name: leak(self.name),
            target: leak(self.target),
            module: self.module.map(leak),
            file: self.file.map(leak),
            line: self.line,
            fields: self.fields.iter().map(|name| leak(name)).collect(),
        }
    }
}

impl Site {
    fn leak(look: &Look<'static>, is_of_any: bool) -> &'static Site {
        let site: &'static Site = Box::leak(Box::new(Site {
            metadata: OnceLock::new(),
            interest: AtomicU8::new(SOMETIMES),
            is_of_any,
        }));
        let names: &'static [&'static str] = Box::leak(look.fields.clone().into());
        let kind = match look.kind {
            LookKind::Event => Kind::EVENT,
            LookKind::Span => Kind::SPAN,
            LookKind::Hint => Kind::EVENT.hint(),
        };
        site.metadata.get_or_init(|| {
            Metadata::new(
                look.name,
                look.target,
                look.level,
                look.file,
                look.line,
                look.module,
                FieldSet::new(names, Identifier(site)),
                kind,
            )
        });
        site
    }

    /// What it says of its events.
    pub(super) fn known(&'static self) -> &'static Metadata<'static> {
        self.metadata.get().expect("it is set when a site is made")
    }

    pub(super) fn fields(&'static self) -> &'static FieldSet {
        self.known().fields()
    }

    /// Whether these are all fields of its spans.
    pub(super) fn knows(&'static self, fields: &[Field]) -> bool {
        let is_known = |field: &Field| self.fields().field(&*field.key).is_some();
        !self.is_of_any && fields.iter().all(is_known)
    }

    /// Whether a dispatcher wants an event of it, to be asked before each.
    pub(super) fn is_wanted(&'static self, dispatch: &Dispatch) -> bool {
        self.is_always_wanted()
            .unwrap_or_else(|| dispatch.enabled(self.known()))
    }

    /// The same where it is so for all of its events; `None` where dispatchers have to be asked.
    pub(super) fn is_always_wanted(&'static self) -> Option<bool> {
        if *self.known().level() > LevelFilter::current() {
            return Some(false);
        }
        match self.interest.load(Ordering::Relaxed) {
            NEVER => Some(false),
            ALWAYS => Some(true),
            _ => None,
        }
    }
}

impl Callsite for Site {
    fn set_interest(&self, interest: Interest) {
        let interest = match () {
            () if interest.is_never() => NEVER,
            () if interest.is_always() => ALWAYS,
            () => SOMETIMES,
        };
        self.interest.store(interest, Ordering::Relaxed);
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get().expect("it is set when a site is made")
    }
}
