//! [`Slot`]: the place of one value in an event, and the ways to fill it; those for values of one word are in `scalar`.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use crate::encode::Encoder;
use crate::record::{Tag, Wide};
use crate::scalar::Scalar;

/// The place of one value in an event. [`Value::record`](crate::Value::record) fills it by one of these methods.
#[derive(Debug)]
pub struct Slot<'a> {
    encoder: &'a mut Encoder,
}

/// The proof that a [`Slot`] was filled.
#[derive(Debug)]
pub struct Recorded(());

impl<'a> Slot<'a> {
    #[inline(always)]
    pub(crate) fn new(encoder: &'a mut Encoder) -> Self {
        Slot { encoder }
    }

    /// Records a value of one word, whose type need not be known before.
    #[inline(always)]
    pub fn scalar(self, value: Scalar) -> Recorded {
        self.encoder.scalar(value.tag, value.word);
        Recorded(())
    }

    /// Records that there is no value.
    #[inline(always)]
    pub fn none(self) -> Recorded {
        self.encoder.open(Tag::None, 0);
        Recorded(())
    }

    /// Records a text.
    #[inline(always)]
    pub fn str(self, value: &str) -> Recorded {
        self.encoder.text(Tag::Str, value.as_bytes());
        Recorded(())
    }

    /// Records bytes that need not be text.
    pub fn bytes(self, value: &[u8]) -> Recorded {
        self.encoder.text(Tag::Bytes, value);
        Recorded(())
    }

    /// Records what a formatter makes of a value, as `%value` does.
    pub fn display(self, value: fmt::Arguments<'_>) -> Recorded {
        self.encoder.formatted(Tag::Display, value);
        Recorded(())
    }

    /// Records what a formatter makes of a value, as `?value` does.
    pub fn debug(self, value: fmt::Arguments<'_>) -> Recorded {
        self.encoder.formatted(Tag::Debug, value);
        Recorded(())
    }

    /// Records an error's message and those of its sources, 16 at most.
    pub fn error(self, value: &dyn Error) -> Recorded {
        self.encoder.error(value);
        Recorded(())
    }

    /// Records a signed integer of 128 bits.
    pub fn i128(self, value: i128) -> Recorded {
        self.encoder.wide(Wide::I128, value as u128);
        Recorded(())
    }

    /// Records an unsigned integer of 128 bits.
    pub fn u128(self, value: u128) -> Recorded {
        self.encoder.wide(Wide::U128, value);
        Recorded(())
    }

    /// Records a length of time.
    pub fn duration(self, value: Duration) -> Recorded {
        let words = [value.as_secs(), u64::from(value.subsec_nanos())];
        self.encoder.words(Tag::Duration, &words);
        Recorded(())
    }

    /// Records an address.
    pub fn ip(self, value: IpAddr) -> Recorded {
        match value {
            IpAddr::V4(address) => self.encoder.wide(Wide::Ipv4, u128::from(address.to_bits())),
            IpAddr::V6(address) => self.encoder.wide(Wide::Ipv6, address.to_bits()),
        }
        Recorded(())
    }

    /// Records the messages of an error that is no longer there and of its sources, the outermost first, 16 at most.
    pub fn messages(self, messages: impl Iterator<Item = impl fmt::Display>) -> Recorded {
        self.encoder.messages(messages);
        Recorded(())
    }
}
