//! The key-values of a record of `log` as values of an event, with their types.
//!
//! Values go straight into the ring, where they need to have the names of the event's call site. As a rule a record has the names that all of its
//! origin had before; otherwise, the source is visited twice, for its names first. One that says other names the second time is
//! recorded as it then is.

use std::error::Error as StdError;

use log::kv::{Error, Key, Source, Value, VisitSource, VisitValue};
use ttlog_core::bridge::Scalar;
use ttlog_core::{Recorded, Slot};

use crate::event::Event;
use crate::sites::{Names, Text};

/// The names of a record's key-values.
pub(crate) struct KeyNames<'a>(pub(crate) &'a dyn Source);

impl Names for KeyNames<'_> {
    #[inline]
    fn each(&self, take: impl FnMut(Text<'_>) -> bool) {
        struct Visitor<F>(F);

        impl<'a, F: FnMut(Text<'_>) -> bool> VisitSource<'a> for Visitor<F> {
            fn visit_pair(&mut self, key: Key<'a>, _value: Value<'a>) -> Result<(), Error> {
                let name = match key.to_static_str() {
                    Some(name) => Text::Static(name),
                    None => Text::Borrowed(key.as_str()),
                };
                if (self.0)(name) {
                    Ok(())
                } else {
                    Err(Error::msg("enough"))
                }
            }
        }

        // What it fails with is only that it was enough, or a source that stops before its end.
        let _ = self.0.visit(&mut Visitor(take));
    }
}

/// Records all key-values; `false` where the source failed before its last one.
#[inline]
pub(crate) fn record_values(source: &dyn Source, event: &mut Event) -> bool {
    source.visit(&mut Values(event)).is_ok()
}

struct Values<'a>(&'a mut Event);

impl<'a> VisitSource<'a> for Values<'_> {
    fn visit_pair(&mut self, key: Key<'a>, value: Value<'a>) -> Result<(), Error> {
        if self.0.takes(key.as_str()) && !record(self.0, &value) {
            self.0.mark_panicked();
        }
        Ok(())
    }
}

/// Records the key-values of a record that is expected to have the names that its site knows.
pub(crate) struct Expected {
    pub(crate) event: Event,
    /// Whether a name is another one.
    differs: bool,
}

impl Expected {
    /// For an event that has no values yet.
    #[inline(always)]
    pub(crate) fn new(event: Event) -> Self {
        Expected {
            event,
            differs: false,
        }
    }

    /// Records the values, up to one whose name is another one; `false` where the source failed before its last one, or there is such a name.
    #[inline(always)]
    pub(crate) fn visit(&mut self, source: &dyn Source) -> bool {
        is_ok(source.visit(self))
    }

    #[cold]
    #[inline(never)]
    fn refuse(&mut self) -> Result<(), Error> {
        self.differs = true;
        Err(Error::msg("enough"))
    }

    /// Whether all values have come, and none with another name.
    #[inline(always)]
    pub(crate) fn are_all(&self) -> bool {
        self.event.has_all() && !self.differs
    }

    /// Whether the names are others than expected, where the source came to its end or not.
    pub(crate) fn differ(&self, is_whole: bool) -> bool {
        self.differs || is_whole && !self.event.has_all()
    }
}

impl<'a> VisitSource<'a> for Expected {
    #[inline]
    fn visit_pair(&mut self, key: Key<'a>, value: Value<'a>) -> Result<(), Error> {
        if !self.event.takes_known(key.as_str()) {
            return self.refuse();
        }
        if !record(&mut self.event, &value) {
            self.event.mark_panicked();
        }
        Ok(())
    }
}

/// Whether a visit went well. The error is dropped out of line, and what is none needs no look at what it might be.
#[inline(always)]
pub(super) fn is_ok(visited: Result<(), Error>) -> bool {
    #[cold]
    #[inline(never)]
    fn failed(_error: Error) -> bool {
        false
    }

    match visited {
        Ok(()) => true,
        Err(error) => failed(error),
    }
}

/// Records one value; `false` where it could not be visited.
#[inline(always)]
fn record(event: &mut Event, value: &Value<'_>) -> bool {
    let mut typed = Typed {
        event,
        found: Found::Nothing,
    };
    let is_whole = is_ok(value.visit(&mut typed));
    match typed.found {
        Found::Scalar(value) => event.scalar(value),
        Found::Nothing => record_none(event),
        Found::Recorded => {}
    }
    is_whole
}

#[cold]
#[inline(never)]
fn record_none(event: &mut Event) {
    event.slot().none();
}

/// What became of a value.
#[derive(Debug, Clone, Copy)]
enum Found {
    /// It is of one word, and still to be recorded: so that is in one place, whatever its type.
    Scalar(Scalar),
    Recorded,
    Nothing,
}

/// Records one value by its type, or says what it is.
struct Typed<'a> {
    event: &'a mut Event,
    found: Found,
}

impl Typed<'_> {
    fn fill(&mut self, fill: impl FnOnce(Slot<'_>) -> Recorded) -> Result<(), Error> {
        // A value is one, even if it says more.
        if matches!(self.found, Found::Nothing) {
            fill(self.event.slot());
            self.found = Found::Recorded;
        }
        Ok(())
    }

    #[inline(always)]
    fn note(&mut self, scalar: Scalar) -> Result<(), Error> {
        if matches!(self.found, Found::Nothing) {
            self.found = Found::Scalar(scalar);
        }
        Ok(())
    }
}

impl<'a> VisitValue<'a> for &mut Typed<'_> {
    fn visit_any(&mut self, value: Value<'_>) -> Result<(), Error> {
        #[cfg(feature = "nested-values")]
        if crate::nested::is_nested(&value) {
            return self.fill(|slot| slot.display(format_args!("{}", crate::json::Json(&value))));
        }
        self.fill(|slot| slot.display(format_args!("{value}")))
    }

    fn visit_null(&mut self) -> Result<(), Error> {
        self.fill(|slot| slot.none())
    }

    #[inline(always)]
    fn visit_u64(&mut self, value: u64) -> Result<(), Error> {
        self.note(Scalar::u64(value))
    }

    #[inline(always)]
    fn visit_i64(&mut self, value: i64) -> Result<(), Error> {
        self.note(Scalar::i64(value))
    }

    fn visit_u128(&mut self, value: u128) -> Result<(), Error> {
        self.fill(|slot| slot.u128(value))
    }

    fn visit_i128(&mut self, value: i128) -> Result<(), Error> {
        self.fill(|slot| slot.i128(value))
    }

    #[inline(always)]
    fn visit_f64(&mut self, value: f64) -> Result<(), Error> {
        self.note(Scalar::f64(value))
    }

    #[inline(always)]
    fn visit_bool(&mut self, value: bool) -> Result<(), Error> {
        self.note(Scalar::bool(value))
    }

    fn visit_str(&mut self, value: &str) -> Result<(), Error> {
        self.fill(|slot| slot.str(value))
    }

    #[inline(always)]
    fn visit_char(&mut self, value: char) -> Result<(), Error> {
        self.note(Scalar::char(value))
    }

    fn visit_error(&mut self, error: &(dyn StdError + 'static)) -> Result<(), Error> {
        self.fill(|slot| slot.error(error))
    }

    fn visit_borrowed_error(&mut self, error: &'a (dyn StdError + 'static)) -> Result<(), Error> {
        self.visit_error(error)
    }
}
