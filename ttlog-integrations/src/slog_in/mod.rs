//! `slog`'s records into ttlog.
//!
//! | module | owns |
//! |---|---|
//! | `drain` | the drain: one record as an event |
//! | `plain` | its key-values, as long as they are a few of one word each |
//! | `collected` | its key-values, taken down as they come, so that they can be recorded in their order |

/// Of a `Serializer`, what takes values of one word: each is given to a method with its key.
macro_rules! emit_scalars {
    ($take:ident) => {
        emit_scalars! {
            $take:
            emit_bool(bool) as bool;
            emit_char(char) as char;
            emit_i8(i8) as i64;
            emit_i16(i16) as i64;
            emit_i32(i32) as i64;
            emit_i64(i64) as i64;
            emit_u8(u8) as u64;
            emit_u16(u16) as u64;
            emit_u32(u32) as u64;
            emit_u64(u64) as u64;
            emit_f32(f32) as f32;
            emit_f64(f64) as f64;
        }

        fn emit_usize(&mut self, key: Key, value: usize) -> slog::Result {
            self.$take(key, Scalar::u64(value as u64));
            Ok(())
        }

        fn emit_isize(&mut self, key: Key, value: isize) -> slog::Result {
            self.$take(key, Scalar::i64(value as i64));
            Ok(())
        }
    };
    ($take:ident: $($method:ident($type:ty) as $kind:ident;)*) => {$(
        fn $method(&mut self, key: Key, value: $type) -> slog::Result {
            self.$take(key, Scalar::$kind(value.into()));
            Ok(())
        }
    )*};
}

mod collected;
mod drain;
mod plain;

pub use drain::TtlogSlogDrain;
