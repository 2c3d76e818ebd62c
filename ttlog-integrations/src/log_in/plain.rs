//! [`Plain`]: the key-values of a record of `log` that are a few of one word each, as most are.
//!
//! They are held until all have come, and have the names that their call site knows. So the event is written at once, and nothing is written of a
//! record that has others: its source is visited again.

use log::Record;
use log::kv::{Error, Key, Value, VisitSource, VisitValue};
use ttlog_core::bridge::{Encoder, FieldDef, Scalar, Scalars, contain_panic};

use super::values::is_ok;
use crate::sites::{Site, is_same_place};

/// See the [module](self).
pub(super) struct Plain {
    fields: &'static [FieldDef],
    /// How many have come.
    count: usize,
    values: Scalars,
}

/// Records what has a literal message and such values; `false` where it has something else, and nothing is recorded.
#[inline(always)]
pub(super) fn record_plainly(record: &Record<'_>, site: &'static Site) -> bool {
    let fields = &*site.call_site().metadata().fields;
    if fields.len() > Scalars::MOST || record.args().as_str().is_none() {
        return false;
    }
    // Not only when the values are there: so nobody waits then for what it takes to find the ring.
    let Some(event) = Encoder::begin(site.call_site(), fields.len() as u64) else {
        return true;
    };
    let mut plain = Plain {
        fields,
        count: 0,
        values: Scalars::new(),
    };
    // The source may be the application's own code.
    let is_whole = contain_panic(|| is_ok(record.key_values().visit(&mut plain)));
    if is_whole == Some(true) && plain.count == fields.len() {
        plain.values.record(event, plain.count);
        return true;
    }
    event.discard();
    false
}

#[cold]
#[inline(never)]
fn enough() -> Result<(), Error> {
    Err(Error::msg("enough"))
}

impl<'a> VisitSource<'a> for Plain {
    #[inline]
    fn visit_pair(&mut self, key: Key<'a>, value: Value<'a>) -> Result<(), Error> {
        let is_expected = |field: &FieldDef| is_same_place(&field.name, key.as_str());
        if !self.fields.get(self.count).is_some_and(is_expected) {
            return enough();
        }
        let mut word = Word(None);
        let is_whole = is_ok(value.visit(&mut word));
        match word.0 {
            Some(scalar) if is_whole => {
                self.values.set(self.count, scalar);
                self.count += 1;
                Ok(())
            }
            _ => enough(),
        }
    }
}

/// A value, if it is of one word.
struct Word(Option<Scalar>);

impl Word {
    #[inline(always)]
    fn note(&mut self, scalar: Scalar) -> Result<(), Error> {
        // A value is one, even if it says more.
        self.0.get_or_insert(scalar);
        Ok(())
    }
}

macro_rules! numbers {
    ($($method:ident($type:ident);)*) => {$(
        #[inline(always)]
        fn $method(&mut self, value: $type) -> Result<(), Error> {
            self.note(Scalar::$type(value))
        }
    )*};
}

impl<'a> VisitValue<'a> for &mut Word {
    fn visit_any(&mut self, _value: Value<'_>) -> Result<(), Error> {
        enough()
    }

    numbers! {
        visit_u64(u64);
        visit_i64(i64);
        visit_f64(f64);
        visit_bool(bool);
        visit_char(char);
    }
}
