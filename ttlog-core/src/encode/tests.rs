//! What is encoded is what is decoded: every kind of value, at every place, at every length around the limits.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

use super::{Encoder, SpanEnd, words_set_aside};
use crate::clock::{Calibration, Clock, TickSource};
use crate::current;
use crate::decode::EventRef;
use crate::event::{FieldValue, LogEvent};
use crate::flow::Flow;
use crate::level::LogLevel;
use crate::metadata::{FieldDef, Metadata};
use crate::record::{Header, RING_PREFIX_WORDS, flag};
use crate::ring::{Cursor, Ring};
use crate::sink::Overflow;
use crate::thread_ring::{ThreadRing, Use};
use crate::value::Value;

/// The longest record, in words.
const LONGEST: u64 = 128;

/// The words of the rings here.
const RING: u64 = 1024;

/// A ring whose oldest events are overwritten.
fn claimed(ticks: TickSource, what: Use) -> ThreadRing {
    let (control, _) = crossbeam_channel::bounded(1);
    let flow = Flow::new(
        control,
        Overflow::OverwriteOldest,
        Duration::ZERO,
        Default::default(),
    );
    let ring = Ring::new(RING as usize).unwrap();
    let ring = ThreadRing::new(ring, ticks, LONGEST, Arc::new(flow));
    assert!(ring.try_claim(what, 1));
    ring
}

/// The record, as the recorder has it, of an event that `write` gives `values` values.
fn record(values: u64, write: impl FnOnce(&mut Encoder)) -> Vec<u64> {
    let ring = claimed(TickSource::precise(), Use::Nested);
    let set_aside = words_set_aside(values);
    assert!(ring.make_room(RING_PREFIX_WORDS + set_aside));
    let mut encoder = Encoder::on(NonNull::from(&ring), 0, set_aside);
    write(&mut encoder);
    encoder.finish();
    let mut words = Vec::new();
    let mut cursor = Cursor::default();
    ring.ring.read(&mut cursor, RING, &mut words);
    let header = Header(u64::from_le(words[0]));
    assert_eq!(header.length(), words.len());
    assert!(words.len() as u64 <= LONGEST);
    words[0] = header.with_length(words.len() + 1).0.to_le();
    words.insert(2, 1 << 32);
    words
}

fn metadata(fields: u64) -> Metadata {
    let fields = (0..fields).map(|number| FieldDef {
        name: Cow::Owned(format!("f{number}")),
        constant: None,
    });
    let mut metadata = Metadata::new(LogLevel::Info, "target", "", "", 0, "message", &[]);
    metadata.fields = fields.collect();
    metadata
}

fn decoded(words: &[u64], metadata: &Metadata) -> LogEvent {
    EventRef::parse(words, metadata, None)
        .unwrap()
        .to_log_event()
}

fn values(event: &LogEvent) -> Vec<&FieldValue> {
    event.fields.iter().map(|field| &field.value).collect()
}

/// A value of every kind, with its extremes.
fn every_kind() -> Vec<FieldValue> {
    let text = "seven and\u{1f980}";
    let mut kinds = vec![
        FieldValue::None,
        FieldValue::Bool(true),
        FieldValue::Bool(false),
        FieldValue::I64(i64::MIN),
        FieldValue::I64(-1),
        FieldValue::U64(u64::MAX),
        FieldValue::F64(-0.0),
        FieldValue::F64(f64::MIN_POSITIVE),
        FieldValue::F32(f32::INFINITY),
        FieldValue::Char('\u{10ffff}'),
        FieldValue::I128(i128::MIN),
        FieldValue::U128(u128::MAX),
        FieldValue::Ip(IpAddr::V4(Ipv4Addr::BROADCAST)),
        FieldValue::Ip(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        FieldValue::Duration(Duration::MAX),
        FieldValue::Bytes(vec![0xff; 9]),
        FieldValue::Bytes(Vec::new()),
        FieldValue::Error(vec!["outer".into(), String::new(), text.into()]),
        FieldValue::Error(Vec::new()),
    ];
    for length in (0..=text.len()).filter(|length| text.is_char_boundary(*length)) {
        let text = text[..length].to_owned();
        kinds.push(FieldValue::String(text.clone()));
        kinds.push(FieldValue::Display(text.clone()));
        kinds.push(FieldValue::Debug(text));
    }
    kinds
}

#[test]
fn every_kind_of_value_comes_back_at_every_place() {
    // Behind the 5th, the 21st and the 37th value begins a word of tags.
    let places = if cfg!(miri) {
        vec![0, 5, 21]
    } else {
        (0..40).collect()
    };
    let kind_step = if cfg!(miri) { 4 } else { 1 };
    for value in every_kind().into_iter().step_by(kind_step) {
        for &place in &places {
            let all = place + 2;
            let words = record(all, |encoder| {
                for number in 0..place {
                    number.record(encoder.slot());
                }
                value.record(encoder.slot());
                7_u64.record(encoder.slot());
            });
            let event = decoded(&words, &metadata(all));
            let mut expected: Vec<FieldValue> = (0..place).map(FieldValue::U64).collect();
            expected.push(value.clone());
            expected.push(FieldValue::U64(7));
            assert!(values(&event).into_iter().eq(&expected), "{event:?}");
            assert!(!event.cut && !event.panicked);
        }
    }
}

#[test]
fn named_values_come_back_with_their_names() {
    let kinds = every_kind();
    for group in kinds.chunks(8) {
        let words = record(group.len() as u64, |encoder| {
            for (number, value) in group.iter().enumerate() {
                assert!(encoder.name(&"n".repeat(number)));
                value.record(encoder.slot());
            }
        });
        let event = decoded(&words, &metadata(0));
        assert!(values(&event).into_iter().eq(group));
        for (number, field) in event.fields.iter().enumerate() {
            assert_eq!(field.key, "n".repeat(number));
        }
    }
}

/// Writes its text in pieces.
struct Pieces<'a>(&'a str, usize);

impl fmt::Display for Pieces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.as_bytes().chunks(self.1);
        bytes
            .map(|piece| std::str::from_utf8(piece).expect("the text is ASCII"))
            .try_for_each(|piece| f.write_str(piece))
    }
}

#[test]
fn a_text_of_any_length_around_the_limit_is_whole_or_cut_and_marked() {
    let longest = LONGEST as usize * 8;
    let step = if cfg!(miri) { 37 } else { 1 };
    for length in (0..100).chain(longest - 120..longest + 40).step_by(step) {
        let text: String = ('a'..='z').cycle().take(length).collect();
        let check = |field: &str, cut: bool| {
            assert!(text.starts_with(field));
            assert_eq!(cut, field.len() < length);
            // Header, time, length, the two fields behind, and what rounding to words leaves.
            assert!(!cut || field.len() + 7 * 8 >= longest, "{}", field.len());
        };
        let with = |write: &dyn Fn(&mut Encoder)| {
            let words = record(3, |encoder| {
                write(encoder);
                8_u64.record(encoder.slot());
                9_u64.record(encoder.slot());
            });
            let event = decoded(&words, &metadata(3));
            assert_eq!(event.fields.len(), 3);
            assert_eq!(event.fields[1].value, FieldValue::U64(8));
            assert_eq!(event.fields[2].value, FieldValue::U64(9));
            event
        };
        let event = with(&|encoder| {
            text.record(encoder.slot());
        });
        check(event.fields[0].value.as_str().unwrap(), event.cut);
        let event = with(&|encoder| {
            text.as_bytes().record(encoder.slot());
        });
        let FieldValue::Bytes(bytes) = &event.fields[0].value else {
            panic!("{event:?}");
        };
        check(std::str::from_utf8(bytes).unwrap(), event.cut);
        for piece in [1, 7, 8, 9, 24, 32, 5_000] {
            let event = with(&|encoder| encoder.display(format_args!("{}", Pieces(&text, piece))));
            check(event.fields[0].value.as_str().unwrap(), event.cut);
        }
    }
}

#[test]
fn whatever_fills_an_event_the_values_behind_it_keep_their_names() {
    let (lengths, kind_step) = if cfg!(miri) { (100, 9) } else { (7, 1) };
    let kinds = every_kind();
    for length in (800..1100).step_by(lengths) {
        let text = "x".repeat(length);
        for value in kinds.iter().step_by(kind_step) {
            let words = record(4, |encoder| {
                text.record(encoder.slot());
                value.record(encoder.slot());
                8_u64.record(encoder.slot());
                value.record(encoder.slot());
            });
            let event = decoded(&words, &metadata(4));
            assert_eq!(event.fields[2].value, FieldValue::U64(8), "{event:?}");
            for place in [1, 3] {
                let there = &event.fields[place].value;
                let is_cut = event.cut
                    && match (there, value) {
                        (FieldValue::None, _) => true,
                        (FieldValue::Bytes(cut), FieldValue::Bytes(whole)) => {
                            whole.starts_with(cut)
                        }
                        (FieldValue::Error(_), FieldValue::Error(_)) => true,
                        (cut, whole) => match (cut.as_str(), whole.as_str()) {
                            (Some(cut), Some(whole)) => whole.starts_with(cut),
                            _ => false,
                        },
                    };
                assert!(is_cut || there == value, "{there:?} for {value:?}");
            }
        }
    }
}

#[test]
fn more_values_than_an_event_has_room_for_are_left_out_from_the_end() {
    let counts = if cfg!(miri) {
        vec![1, 5, 64, 65, 130]
    } else {
        (0..300).collect()
    };
    for count in counts {
        let words = record(count + 1, |encoder| {
            "a text".record(encoder.slot());
            for number in 0..count {
                number.record(encoder.slot());
            }
        });
        let event = decoded(&words, &metadata(count + 1));
        assert_eq!(event.fields[0].value.as_str(), Some("a text"));
        let numbers = &event.fields[1..];
        let there = numbers
            .iter()
            .take_while(|field| field.value != FieldValue::None);
        let there = there.enumerate().map(|(number, field)| {
            assert_eq!(field.value, FieldValue::U64(number as u64));
        });
        let there = there.count() as u64;
        assert!(
            there == count && !event.cut || there > 100 && event.cut,
            "{there} of {count}"
        );
        assert!(
            numbers[there as usize..]
                .iter()
                .all(|field| field.value == FieldValue::None)
        );
    }
}

#[test]
fn damaged_records_are_read_to_an_end() {
    let mut random = 1_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    let kinds = every_kind();
    let metadata = metadata(3);
    let rounds = if cfg!(miri) { 30 } else { 20_000 };
    for _ in 0..rounds {
        let mut words = record(12, |encoder| {
            if next() % 2 == 0 {
                encoder.message(format_args!("{}", Pieces("message", 2)));
            }
            for _ in 0..next() % 12 {
                if next() % 2 == 0 {
                    assert!(encoder.name("name"));
                }
                kinds[next() as usize % kinds.len()].record(encoder.slot());
            }
        });
        for _ in 0..next() % 4 {
            let place = next() as usize % words.len();
            words[place] ^= match next() % 3 {
                0 => 1 << (next() % 64),
                1 => next(),
                _ => u64::MAX,
            };
        }
        words.truncate(next() as usize % (words.len() + 1));
        for metadata in [
            &metadata,
            &Metadata::new(LogLevel::Info, "", "", "", 0, "", &[]),
        ] {
            if let Some(event) = EventRef::parse(&words, metadata, None) {
                // Each field takes a tag, and 16 tags take a word.
                assert!(event.fields().count() <= 16 * (words.len() + 1) + 3);
                let _ = event.to_log_event();
            }
        }
    }
    for _ in 0..rounds {
        let mut words: Vec<u64> = (0..next() % 64).map(|_| next()).collect();
        if let Some(first) = words.first().copied() {
            let length = next() as usize % (words.len() + 1);
            words[0] = Header(first).with_length(length).0;
        }
        if let Some(event) = EventRef::parse(&words, &metadata, None) {
            let _ = event.to_log_event();
        }
    }
}

#[test]
fn the_end_of_a_span_is_written_at_once_where_it_is_whole_before_the_ring_begins_anew() {
    // The length of a tick is known from then on.
    Calibration::new();
    for start in RING - 8..=RING {
        for around in [0, 9] {
            // That clock is read at once on any machine.
            let ring = claimed(TickSource::of(Clock::Coarse), Use::Home);
            assert!(ring.make_room(RING + 8));
            ring.ring.publish(start, 0);
            let end = SpanEnd::in_ring(&ring, 7);
            // Whether there is a span around it is known only when it is written.
            assert_eq!(end.is_some(), start == RING || start + 5 <= RING, "{start}");
            let Some(end) = end else { continue };
            end.write(3, u64::MAX, around);
            // The ring goes: it must not stay this thread's.
            assert!(std::ptr::eq(current::take(), &ring));
            let mut words = Vec::new();
            let mut cursor = Cursor {
                position: start,
                count: 0,
            };
            ring.ring.read(&mut cursor, RING, &mut words);
            let header = Header(u64::from_le(words[0]));
            assert_eq!((header.site(), header.length()), (7, words.len()));
            assert_eq!(words[2..4], [3_u64.to_le(), 0]);
            match around {
                0 => assert_eq!(words.len(), 4),
                around => assert_eq!(words[4..], [around.to_le()]),
            }
            assert_eq!(header.has(flag::IN_SPAN), around != 0);
        }
    }
}

#[test]
fn a_ring_that_is_not_the_thread_s_own_is_not_written_at_once() {
    Calibration::new();
    for what in [Use::Nested, Use::Loan, Use::Scratch, Use::Retired] {
        let ring = claimed(TickSource::of(Clock::Coarse), what);
        assert!(ring.make_room(8));
        assert!(SpanEnd::in_ring(&ring, 7).is_none(), "{what:?}");
    }
}
