//! [`Site`]: a log call of another system as a call site of ttlog, found again by each of its records.
//!
//! `log` and `slog` give a record without saying which call it comes from, so it is looked up by what it says of its origin: file, line,
//! module, level, target, its message where that is a literal, and the names of its values. Equal answers make one site, so it makes no
//! difference to a reader that two calls in one line may share it.
//!
//! Sites are kept for ever, in a table of lists that only grow at their ends. Looking up takes no lock and writes nothing, so threads
//! don't meet here, a child of `fork` finds nothing held, and it may happen in a destructor of thread-local data or inside another
//! look-up.
//!
//! What is made up at run time must not fill the table. A place in the source has a few sites, so that targets, names and messages
//! that change have no more; places that may be made up themselves, because their file is not known to be a static of the program, are
//! [so many](MOST_UNSURE) and no more. What has no site is recorded [apart](ttlog_core::bridge::Encoder::begin_apart), which costs more
//! time and room, and loses nothing.

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ttlog_core::LogLevel;
use ttlog_core::bridge::{CallSite, FieldDef, Forever, Kept, Metadata, Place};

/// How many lists the table has; a power of two.
const LISTS: usize = 1 << 12;
/// How many sites one place in the source may have, but for those that threads make of it at the same moment.
const MOST_OF_A_PLACE: usize = 8;
/// How many sites there may be of places whose file or module is not a static, or that have no file.
const MOST_UNSURE: usize = 1 << 12;
/// How many sites there may be in all.
const MOST: usize = 1 << 16;
/// Names and targets of more bytes than this belong to no site; an event is given no more of them either.
const LONGEST_NAME: usize = 512;
/// Records of more values than this have no site.
const MOST_NAMES: usize = 64;

static TABLE: [Forever<Site>; LISTS] = [const { Forever::new() }; LISTS];
/// How many sites there are; relaxed, as a few too many do no harm.
static COUNT: AtomicUsize = AtomicUsize::new(0);
/// How many of them are of places that may be made up.
static UNSURE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Whether this thread is making a site.
    static IS_LEARNING: Cell<bool> = const { Cell::new(false) };
}

/// A text that may be a static of the program.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Text<'a> {
    Static(&'static str),
    Borrowed(&'a str),
}

impl<'a> Text<'a> {
    pub(crate) fn as_str(self) -> &'a str {
        match self {
            Text::Static(text) => text,
            Text::Borrowed(text) => text,
        }
    }

    /// The same for ever.
    fn to_static(self) -> &'static str {
        match self {
            Text::Static(text) => text,
            Text::Borrowed(text) => leak(text),
        }
    }
}

/// What a record says of its origin, but for the names of its values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) level: LogLevel,
    pub(crate) target: &'a str,
    /// Empty where not known.
    pub(crate) module_path: Text<'a>,
    /// Empty where not known.
    pub(crate) file: Text<'a>,
    /// From 1; 0 where not known.
    pub(crate) line: u32,
    /// The message where it is a literal; else empty.
    pub(crate) message: &'static str,
}

/// The names of a record's values.
pub(crate) trait Names {
    /// Calls `take` with each name, in the order of the values, until it says no.
    fn each(&self, take: impl FnMut(Text<'_>) -> bool);
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Site {
    call_site: CallSite,
    /// The same as in the call site, without the question of who owns it.
    origin: Origin<'static>,
    /// Whether a record of this origin was met whose values had other names; relaxed, for it is a hint.
    #[cfg(feature = "log")]
    varies: AtomicBool,
    /// Whether a record of this origin was met that had other values than a few of one word each; relaxed, for it is a hint.
    is_mixed: AtomicBool,
}

impl Origin<'_> {
    /// The same for an event that has no site.
    pub(crate) fn place(&self) -> Place<'_> {
        Place {
            level: self.level,
            target: self.target,
            module_path: self.module_path.as_str(),
            file: self.file.as_str(),
            line: self.line,
        }
    }

    /// Whether there may be more of its kind than the source has log calls.
    fn is_unsure(&self) -> bool {
        let is_lasting = |text| matches!(text, Text::Static(_));
        self.has_no_file() || !is_lasting(self.file) || !is_lasting(self.module_path)
    }

    #[inline(always)]
    fn has_no_file(&self) -> bool {
        self.file.as_str().is_empty()
    }

    /// The list that its sites are in: all of one place are in the same.
    fn list(&self) -> &'static Forever<Site> {
        let place = match self.file {
            _ if self.has_no_file() => hash(self.target),
            // A static is always at the same address.
            Text::Static(file) => file.as_ptr() as u64,
            Text::Borrowed(file) => hash(file),
        };
        list_of(place, self.line)
    }
}

/// The list of a line in a file that is known by a number.
#[inline(always)]
fn list_of(file: u64, line: u32) -> &'static Forever<Site> {
    let mixed = (file ^ u64::from(line) << 40).wrapping_mul(MULTIPLIER);
    &TABLE[(mixed >> (u64::BITS - LISTS.ilog2())) as usize]
}

/// Odd, and its bits look random: of a product with it the highest bits depend on all of the factor's.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

fn hash(text: &str) -> u64 {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mix = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER);
    let hash = words
        .iter()
        .fold(0, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    rest.iter()
        .fold(hash, |hash, byte| mix(hash, u64::from(*byte)))
}

/// Whether two texts are one, and so the same for as long as both are there.
#[inline(always)]
pub(crate) fn is_same_place(one: &str, other: &str) -> bool {
    (one.len() == other.len()) & ptr::eq(one.as_ptr(), other.as_ptr())
}

/// Whether two texts are the same; at once where they are in the same place, as statics are.
#[inline]
pub(crate) fn same(one: &str, other: &str) -> bool {
    is_same_place(one, other) || one == other
}

impl Site {
    pub(crate) fn call_site(&'static self) -> &'static CallSite {
        &self.call_site
    }

    fn metadata(&self) -> &Metadata {
        self.call_site.metadata()
    }

    /// Whether it is of this place in the source.
    #[inline]
    fn is_at(&self, origin: &Origin<'_>) -> bool {
        let own = &self.origin;
        own.line == origin.line
            && own.level == origin.level
            && same(own.file.as_str(), origin.file.as_str())
            && same(own.module_path.as_str(), origin.module_path.as_str())
            && (!origin.has_no_file() || same(own.target, origin.target))
    }

    /// Whether its events are of this origin, as far as addresses tell, whatever the target: that may stand where another one stood before. A no means
    /// nothing.
    #[inline(always)]
    fn is_plainly_at(&self, origin: &Origin<'_>) -> bool {
        let own = &self.origin;
        (own.line == origin.line)
            & (own.level == origin.level)
            & is_same_place(own.file.as_str(), origin.file.as_str())
            & is_same_place(own.module_path.as_str(), origin.module_path.as_str())
            & is_same_place(own.message, origin.message)
            & (own.target.len() == origin.target.len())
    }

    /// Whether its events are of this origin; their values may have other names.
    #[inline]
    fn is_of(&self, origin: &Origin<'_>) -> bool {
        self.is_at(origin)
            && same(self.origin.message, origin.message)
            && same(self.origin.target, origin.target)
    }

    /// Whether all records of this origin had these names so far.
    #[cfg(feature = "log")]
    #[inline]
    pub(crate) fn is_steady(&self) -> bool {
        !self.varies.load(Ordering::Relaxed)
    }

    /// Remembers that a record of this origin had other names.
    #[cfg(feature = "log")]
    pub(crate) fn set_varying(&self) {
        self.varies.store(true, Ordering::Relaxed);
    }

    /// Whether all records of this origin had nothing but a few values of one word each, with the names that the site knows.
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        !self.is_mixed.load(Ordering::Relaxed)
    }

    /// Remembers that a record of this origin had other values.
    #[cold]
    pub(crate) fn set_mixed(&self) {
        self.is_mixed.store(true, Ordering::Relaxed);
    }

    /// Whether its events have values of these names.
    #[inline]
    pub(crate) fn has(&self, names: &impl Names) -> bool {
        let mut fields = self.metadata().fields.iter();
        let mut differs = false;
        names.each(|name| {
            differs = fields
                .next()
                .is_none_or(|field| !same(&field.name, name.as_str()));
            !differs
        });
        !differs && fields.next().is_none()
    }

    /// The first site of this origin, whatever the names of its values: it tells whether such an event is wanted.
    pub(crate) fn first(origin: &Origin<'_>) -> Option<&'static Kept<Site>> {
        origin.list().find(|site| site.is_of(origin))
    }

    /// A site of this origin, if addresses tell that there is one, as they do for nearly all records but the first of each call.
    #[inline(always)]
    pub(crate) fn at_once(origin: &Origin<'_>) -> Option<&'static Kept<Site>> {
        let Text::Static(file) = origin.file else {
            return None;
        };
        let list = list_of(file.as_ptr() as u64, origin.line);
        let site = list.find(|site| site.is_plainly_at(origin))?;
        same(site.origin.target, origin.target).then_some(site)
    }

    /// The site of a record whose values have these names, where `first` is the first of its origin. It is made if need be; `None` where
    /// the record is to have none.
    #[inline]
    pub(crate) fn with_names(
        first: Option<&'static Kept<Site>>,
        origin: &Origin<'_>,
        names: &impl Names,
    ) -> Option<&'static Site> {
        let known = first.and_then(|first| {
            if first.has(names) {
                return Some(first);
            }
            first.find_after(|site| site.is_of(origin) && site.has(names))
        });
        match known {
            Some(site) => Some(site),
            None => Site::learn(origin, names),
        }
    }

    #[cold]
    #[inline(never)]
    fn learn(origin: &Origin<'_>, names: &impl Names) -> Option<&'static Site> {
        struct Learned;

        impl Drop for Learned {
            fn drop(&mut self) {
                IS_LEARNING.set(false);
            }
        }

        // An allocator that logs would come here again and again.
        if IS_LEARNING.replace(true) {
            return None;
        }
        let _learned = Learned;
        let list = origin.list();
        let is_it = |site: &Site| site.is_of(origin) && site.has(names);
        if let Some(site) = list.find(is_it) {
            return Some(site);
        }
        let siblings = list.iter().filter(|site| site.is_at(origin)).count();
        let is_full = siblings >= MOST_OF_A_PLACE
            || COUNT.load(Ordering::Relaxed) >= MOST
            || origin.is_unsure() && UNSURE.load(Ordering::Relaxed) >= MOST_UNSURE;
        if is_full {
            return None;
        }
        match list.push_unless(is_it, Site::new(origin, names)?) {
            Ok(site) => {
                COUNT.fetch_add(1, Ordering::Relaxed);
                UNSURE.fetch_add(usize::from(origin.is_unsure()), Ordering::Relaxed);
                Some(site)
            }
            Err(known) => Some(known),
        }
    }

    /// `None` where a name is too long, or there are too many.
    fn new(origin: &Origin<'_>, names: &impl Names) -> Option<Site> {
        let mut count = 0;
        let mut fits = origin.target.len() <= LONGEST_NAME;
        names.each(|name| {
            count += 1;
            fits = fits && name.as_str().len() <= LONGEST_NAME && count <= MOST_NAMES;
            fits
        });
        if !fits {
            return None;
        }
        let mut fields = Vec::with_capacity(count);
        names.each(|name| {
            fields.push(FieldDef::new(name.to_static()));
            // Others than a moment ago are not asked for their lengths again.
            fields.len() < count
        });
        let module_path = origin.module_path.to_static();
        let lasting = Origin {
            level: origin.level,
            // By its address it is then known at once.
            target: match module_path {
                module_path if module_path == origin.target => module_path,
                _ => leak(origin.target),
            },
            module_path: Text::Static(module_path),
            file: Text::Static(origin.file.to_static()),
            line: origin.line,
            message: origin.message,
        };
        let call_site = CallSite::new(Metadata::new(
            lasting.level,
            lasting.target,
            module_path,
            lasting.file.as_str(),
            lasting.line,
            lasting.message,
            Vec::leak(fields),
        ));
        Some(Site {
            call_site,
            origin: lasting,
            #[cfg(feature = "log")]
            varies: AtomicBool::new(false),
            is_mixed: AtomicBool::new(false),
        })
    }
}

fn leak(text: &str) -> &'static str {
    String::leak(text.to_owned())
}
