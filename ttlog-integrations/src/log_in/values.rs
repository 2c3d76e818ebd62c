//! The key-values of a record of `log` as values of an event, with their types.
//!
//! Values go straight into the ring, where they need to have the names of the event's call site. As a rule a record has the names that all of its
//! origin had before; otherwise, the source is visited twice, for its names first. One that says other names the second time is
//! recorded as it then is.

use std::error::Error as StdError;

use log::kv::{Error, Key, Source, Value, VisitSource, VisitValue};
use ttlog_core::Slot;

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

/// Records all key-values of a record that is expected to have the names that its site knows; `false` where the source failed before its
/// last one, or `has_other_names`.
#[inline]
pub(crate) fn record_expected(
    source: &dyn Source,
    event: &mut Event,
    has_other_names: &mut bool,
) -> bool {
    let mut values = Expected {
        event,
        differs: false,
    };
    let is_whole = source.visit(&mut values).is_ok();
    let differs = values.differs || is_whole && !event.has_all();
    *has_other_names = differs;
    is_whole
}

struct Expected<'a> {
    event: &'a mut Event,
    differs: bool,
}

impl<'a> VisitSource<'a> for Expected<'_> {
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

/// Records one value; `false` where it could not be visited.
#[inline]
fn fill(slot: Slot<'_>, value: &Value<'_>) -> bool {
    let mut slot = Some(slot);
    let is_whole = value.visit(Typed(&mut slot)).is_ok();
    if let Some(slot) = slot {
        slot.none();
    }
    is_whole
}

/// Fills the slot of one value by its type.
struct Typed<'a, 'b>(&'a mut Option<Slot<'b>>);

impl Typed<'_, '_> {
    fn fill<R>(&mut self, fill: impl FnOnce(Slot<'_>) -> R) -> Result<(), Error> {
        self.0.take().map(fill);
        Ok(())
    }
}

impl<'a> VisitValue<'a> for Typed<'_, '_> {
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

    fn visit_u64(&mut self, value: u64) -> Result<(), Error> {
        self.fill(|slot| slot.u64(value))
    }

    fn visit_i64(&mut self, value: i64) -> Result<(), Error> {
        self.fill(|slot| slot.i64(value))
    }

    fn visit_u128(&mut self, value: u128) -> Result<(), Error> {
        self.fill(|slot| slot.u128(value))
    }

    fn visit_i128(&mut self, value: i128) -> Result<(), Error> {
        self.fill(|slot| slot.i128(value))
    }

    fn visit_f64(&mut self, value: f64) -> Result<(), Error> {
        self.fill(|slot| slot.f64(value))
    }

    fn visit_bool(&mut self, value: bool) -> Result<(), Error> {
        self.fill(|slot| slot.bool(value))
    }

    fn visit_str(&mut self, value: &str) -> Result<(), Error> {
        self.fill(|slot| slot.str(value))
    }

    fn visit_char(&mut self, value: char) -> Result<(), Error> {
        self.fill(|slot| slot.char(value))
    }

    fn visit_error(&mut self, error: &(dyn StdError + 'static)) -> Result<(), Error> {
        self.fill(|slot| slot.error(error))
    }

    fn visit_borrowed_error(&mut self, error: &'a (dyn StdError + 'static)) -> Result<(), Error> {
        self.visit_error(error)
    }
}
