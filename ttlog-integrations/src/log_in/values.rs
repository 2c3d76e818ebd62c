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
        if let Some(slot) = self.0.slot_of(key.as_str())
            && !fill(slot, &value)
        {
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
        match self.event.slot_if(key.as_str()) {
            Some(slot) => {
                if !fill(slot, &value) {
                    self.event.mark_panicked();
                }
                Ok(())
            }
            None => {
                self.differs = true;
                Err(Error::msg("enough"))
            }
        }
    }
}

/// Whether a visit went well. The error is dropped out of line, and what is none needs no look at what it might be.
#[inline(always)]
fn is_ok(visited: Result<(), Error>) -> bool {
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
fn fill(slot: Slot<'_>, value: &Value<'_>) -> bool {
    let mut typed = Typed {
        slot: Some(slot),
        scalar: None,
    };
    let is_whole = is_ok(value.visit(&mut typed));
    match (typed.slot, typed.scalar) {
        (Some(slot), Some(scalar)) => Some(slot.scalar(scalar)),
        (Some(slot), None) => Some(none(slot)),
        (None, _) => None,
    };
    is_whole
}

#[cold]
#[inline(never)]
fn none(slot: Slot<'_>) -> Recorded {
    slot.none()
}

/// Fills the slot of one value by its type, or notes it where it is a scalar: so that is encoded in one place, whatever its type.
struct Typed<'a> {
    /// `None` once it is filled.
    slot: Option<Slot<'a>>,
    scalar: Option<Scalar>,
}

impl Typed<'_> {
    fn fill<R>(&mut self, fill: impl FnOnce(Slot<'_>) -> R) -> Result<(), Error> {
        self.slot.take().map(fill);
        Ok(())
    }

    #[inline(always)]
    fn note(&mut self, scalar: Scalar) -> Result<(), Error> {
        self.scalar = Some(scalar);
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
