//! Whether a value of `serde` has values within it, found out without looking at those.

use std::cell::Cell;
use std::fmt;

use serde_core::ser::{self, Impossible, Serialize, Serializer};

/// Whether a value is a list, a map, or a type of several values: what JSON shows best.
pub(crate) fn is_nested<T: Serialize + ?Sized>(value: &T) -> bool {
    let is_nested = Cell::new(false);
    // It always stops early.
    let _ = value.serialize(Probe(&is_nested));
    is_nested.get()
}

/// A serializer that notes, and stops at, the first word. What it answers would be lost on the way through values that hide their type.
struct Probe<'a>(&'a Cell<bool>);

impl Probe<'_> {
    fn nested<T>(self) -> Result<T, Stopped> {
        self.0.set(true);
        Err(Stopped)
    }
}

/// What ends every serialization by a [`Probe`].
#[derive(Debug)]
struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped")
    }
}

impl std::error::Error for Stopped {}

impl ser::Error for Stopped {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Stopped
    }
}

macro_rules! single {
    ($($method:ident($($argument:ty),*);)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<Self::Ok, Self::Error> {
            Err(Stopped)
        }
    )*};
}

impl Serializer for Probe<'_> {
    type Ok = ();
    type Error = Stopped;
    type SerializeSeq = Impossible<(), Stopped>;
    type SerializeTuple = Impossible<(), Stopped>;
    type SerializeTupleStruct = Impossible<(), Stopped>;
    type SerializeTupleVariant = Impossible<(), Stopped>;
    type SerializeMap = Impossible<(), Stopped>;
    type SerializeStruct = Impossible<(), Stopped>;
    type SerializeStructVariant = Impossible<(), Stopped>;

    single! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _value: &T) -> Result<(), Stopped> {
        Err(Stopped)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stopped> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Stopped> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<(), Stopped> {
        self.nested()
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Self::SerializeSeq, Stopped> {
        self.nested()
    }

    fn serialize_tuple(self, _length: usize) -> Result<Self::SerializeTuple, Stopped> {
        self.nested()
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleStruct, Stopped> {
        self.nested()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant, Stopped> {
        self.nested()
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Self::SerializeMap, Stopped> {
        self.nested()
    }

    fn serialize_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStruct, Stopped> {
        self.nested()
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant, Stopped> {
        self.nested()
    }
}
