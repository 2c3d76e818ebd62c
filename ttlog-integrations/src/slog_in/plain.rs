//! [`Plain`]: the key-values of a record of `slog` that are a few of one word each, as most are.
//!
//! `slog` hands them out from the last to the first. If they have the names that their call site knows, each has its place in the event before the
//! others have come. All are held until then, because values come once and the next one may be of another kind: then they are taken down as
//! those of any record.

use std::error::Error as StdError;
use std::fmt;

use slog::{BytesKind, Key, OwnedKVList, Record, SerdeValue, Serializer};
use ttlog_core::bridge::{Encoder, FieldDef, Scalar, Scalars};

use super::collected::{Collected, hand_out, name};
use crate::event::Event;
use crate::sites::{Site, is_same_place};

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Plain {
    site: &'static Site,
    fields: &'static [FieldDef],
    /// Those whose values are still to come; the last one comes next.
    expected: &'static [FieldDef],
    values: Scalars,
    /// All values, once one has come that was not expected. Behind a pointer, for it is large, and made but once for a call site.
    others: Option<Box<Collected>>,
}

impl Plain {
    /// For a record of this origin; `None` where others than plain ones came before, or its fields are too many.
    #[inline(always)]
    pub(super) fn of(site: &'static Site) -> Option<Self> {
        let fields = &*site.call_site().metadata().fields;
        (site.is_plain() && fields.len() <= Scalars::MOST).then(|| Plain {
            site,
            fields,
            expected: fields,
            values: Scalars::new(),
            others: None,
        })
    }

    /// Takes the values of a record, whose message is a literal, and of its logger, and records them.
    ///
    /// # Errors
    /// Nothing was recorded: they are others than expected, and these.
    #[inline(always)]
    pub(super) fn record(
        mut self,
        record: &Record<'_>,
        of_logger: &OwnedKVList,
    ) -> Result<(), Box<Collected>> {
        let call_site = self.site.call_site();
        // Not only when the values are there: so nobody waits then for what it takes to find the ring.
        let Some(event) = Encoder::begin(call_site, self.fields.len() as u64) else {
            return Ok(());
        };
        if !self.takes(record, of_logger) {
            event.discard();
            return Err(self.into_others());
        }
        self.values.record(event, self.fields.len());
        Ok(())
    }

    /// The same with a message that is to be formatted.
    ///
    /// # Errors
    /// As for [`Plain::record`].
    #[inline(never)]
    pub(super) fn record_with_message(
        mut self,
        record: &Record<'_>,
        of_logger: &OwnedKVList,
    ) -> Result<(), Box<Collected>> {
        if !self.takes(record, of_logger) {
            return Err(self.into_others());
        }
        if let Some(mut event) = Event::begin_of(self.site) {
            event.message(*record.msg());
            for index in 0..self.fields.len() {
                event.scalar(self.values.get(index));
            }
            event.finish();
        }
        Ok(())
    }

    /// Takes all values; `false` where they are others than expected.
    #[inline(always)]
    fn takes(&mut self, record: &Record<'_>, of_logger: &OwnedKVList) -> bool {
        let is_whole = hand_out(record, of_logger, self);
        if !is_whole {
            self.others().set_failed();
        }
        self.expected.is_empty() && self.others.is_none()
    }

    #[cold]
    #[inline(never)]
    fn into_others(mut self) -> Box<Collected> {
        let others = self.others.take();
        others.unwrap_or_else(|| self.taken_down())
    }

    /// All values, from now on taken down as those of any record.
    #[cold]
    #[inline(never)]
    fn others(&mut self) -> &mut Collected {
        let others = self.others.take();
        let others = others.unwrap_or_else(|| self.taken_down());
        self.others.insert(others)
    }

    /// Those that have come so far, none of which is expected any more.
    fn taken_down(&mut self) -> Box<Collected> {
        fn key<K: From<&'static str>>(name: &'static str) -> K {
            K::from(name)
        }

        let to_come = std::mem::take(&mut self.expected).len();
        let fields: &'static [FieldDef] = self.fields;
        let mut others = Box::new(Collected::new());
        for (index, field) in fields.iter().enumerate().skip(to_come).rev() {
            others.push_scalar(key(&field.name), self.values.get(index));
        }
        others
    }

    #[inline(always)]
    fn take(&mut self, key: Key, value: Scalar) {
        match self.expected.split_last() {
            Some((field, expected)) if is_same_place(&field.name, name(&key).as_str()) => {
                self.values.set(expected.len(), value);
                self.expected = expected;
            }
            _ => self.others().push_scalar(key, value),
        }
    }
}

macro_rules! others {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {$(
        fn $method(&mut self, key: Key, $($name: $type),*) -> slog::Result {
            self.others().$method(key, $($name),*)
        }
    )*};
}

impl Serializer for Plain {
    emit_scalars!(take);

    others! {
        emit_i128(value: i128);
        emit_u128(value: u128);
        emit_unit();
        emit_none();
        emit_str(value: &str);
        emit_bytes(bytes: &[u8], kind: BytesKind);
        emit_arguments(value: &fmt::Arguments<'_>);
        emit_serde(value: &dyn SerdeValue);
        emit_error(error: &(dyn StdError + 'static));
    }
}
