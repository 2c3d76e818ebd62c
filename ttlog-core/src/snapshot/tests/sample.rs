//! Records made by hand, word by word, and a snapshot with every kind of value.

use std::fmt::Write;

use crate::event::LogEvent;
use crate::level::LogLevel;
use crate::metadata::{FieldDef, Metadata};
use crate::record::{Header, TAGS_SHIFT, TEXT_CUT, Tag, Wide, flag};
use crate::snapshot::facts::{Facts, fact};
use crate::snapshot::writer::write_to;
use crate::snapshot::{Contents, Packing};

/// Lays out one record.
#[derive(Default)]
pub(super) struct Record {
    flags: u8,
    wall_ns: u64,
    origin: u64,
    prefix: Vec<u64>,
    values: Vec<(Tag, Vec<u64>)>,
}

/// A text's words.
pub(super) fn text(bytes: impl AsRef<[u8]>) -> Vec<u64> {
    let bytes = bytes.as_ref();
    let mut words = vec![bytes.len() as u64];
    words.extend(bytes.chunks(8).map(|chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    }));
    words
}

impl Record {
    pub(super) fn at(wall_ns: u64, thread: u32, number: u32) -> Record {
        Record {
            wall_ns,
            origin: u64::from(thread) << 32 | u64::from(number),
            ..Record::default()
        }
    }

    pub(super) fn flags(mut self, flags: u8) -> Record {
        self.flags |= flags;
        self
    }

    pub(super) fn prefix(mut self, flag: u8, words: &[u64]) -> Record {
        self.flags |= flag;
        self.prefix.extend(words);
        self
    }

    pub(super) fn value(mut self, tag: Tag, words: impl Into<Vec<u64>>) -> Record {
        self.values.push((tag, words.into()));
        self
    }

    pub(super) fn words(&self, site: u32) -> Vec<u64> {
        let mut words = vec![0, self.wall_ns, self.origin];
        words.extend(&self.prefix);
        let (mut tag_word, mut shift) = (0, TAGS_SHIFT);
        for (tag, value) in &self.values {
            if shift == 64 {
                tag_word = words.len();
                words.push(0);
                shift = 0;
            }
            words[tag_word] |= (*tag as u64) << shift;
            shift += 4;
            words.extend(value);
        }
        if shift == 64 {
            // The tag that ends the values.
            words.push(0);
        }
        words[0] |= Header::new(site, words.len() as u64, self.flags, 0).0;
        words.into_iter().map(u64::to_le).collect()
    }
}

fn named(name: &str, tag: Tag, words: impl Into<Vec<u64>>, record: Record) -> Record {
    record.value(Tag::Name, text(name)).value(tag, words)
}

const LOGIN_FIELDS: &[FieldDef] = &[
    FieldDef::new("user_id"),
    FieldDef::constant("method", "password"),
    FieldDef::new("duration_ms"),
];
pub(super) static LOGIN: Metadata = Metadata::new(
    LogLevel::Info,
    "shop::auth",
    "shop::auth",
    "src/auth.rs",
    17,
    "User logged in",
    LOGIN_FIELDS,
);
const FAILED_FIELDS: &[FieldDef] = &[FieldDef::new("error"), FieldDef::new("query")];
static FAILED: Metadata = Metadata::new(
    LogLevel::Error,
    "shop::db",
    "shop::db::pool",
    "src/db/pool.rs",
    230,
    "Query {query} failed",
    FAILED_FIELDS,
)
.with_name("query_failed");
static VALUES: Metadata = Metadata::new(
    LogLevel::Debug,
    "shop",
    "shop",
    "src/main.rs",
    5,
    "all",
    &[],
);

/// The time of the first event of the sample.
pub(super) const START_NS: u64 = 1_769_817_599_123_456_789;

/// One record with every kind of value, all with names of their own.
fn every_value(time_ns: u64) -> Record {
    let mut record = Record::at(time_ns, 2, 1);
    let values: [(&str, Tag, Vec<u64>); 19] = [
        ("none", Tag::None, vec![]),
        ("bool", Tag::Bool, vec![1]),
        ("i64", Tag::I64, vec![-42_i64 as u64]),
        ("u64", Tag::U64, vec![u64::MAX]),
        ("f64", Tag::F64, vec![0.1_f64.to_bits()]),
        ("f32", Tag::F32, vec![u64::from(2.5_f32.to_bits())]),
        ("char", Tag::Char, vec![u64::from('ß')]),
        ("str", Tag::Str, text("two\nlines \u{1b}[31mred")),
        ("empty", Tag::Str, text("")),
        ("eight", Tag::Str, text("12345678")),
        ("display", Tag::Display, text("shown")),
        ("debug", Tag::Debug, text("Some(\"x\")")),
        (
            "error",
            Tag::Error,
            [vec![2], text("outer"), text("inner cause")].concat(),
        ),
        ("bytes", Tag::Bytes, text([0, 255, 16])),
        ("duration", Tag::Duration, vec![90, 5_000_000]),
        (
            "i128",
            Tag::Wide,
            vec![Wide::I128 as u64, u64::MAX, u64::MAX],
        ),
        ("u128", Tag::Wide, vec![Wide::U128 as u64, 0, 1]),
        ("ipv4", Tag::Wide, vec![Wide::Ipv4 as u64, 0x7F00_0001, 0]),
        ("ipv6", Tag::Wide, vec![Wide::Ipv6 as u64, 1, 0]),
    ];
    for (name, tag, words) in values {
        record = named(name, tag, words, record);
    }
    record
}

/// The records of the sample, in the order of time.
pub(super) fn records() -> Vec<Vec<u64>> {
    let at =
        |place: u64, thread| Record::at(START_NS + place * 1_500_000_000, thread, place as u32);
    let dynamic = [
        vec![LogLevel::Warn as u64 | 12 << 8, 0],
        text("plugin::late"),
        text("plugin"),
        text("plugin.rs"),
    ]
    .concat();
    vec![
        at(0, 1)
            .value(Tag::U64, [123])
            .value(Tag::U64, [45])
            .words(1),
        at(1, 7)
            .flags(flag::MESSAGE | flag::PANICKED)
            .value(Tag::Display, text("Query select 1 failed"))
            .value(
                Tag::Error,
                [vec![2], text("no connection"), text("timed out")].concat(),
            )
            .value(Tag::Debug, text("\"select 1\""))
            .words(2),
        every_value(START_NS + 3_000_000_000).words(3),
        named(
            "attempt",
            Tag::I64,
            [-3_i64 as u64],
            at(3, 7)
                .flags(flag::MESSAGE)
                .prefix(flag::SPAN, &[99])
                .prefix(flag::DYNAMIC, &dynamic)
                .value(Tag::Display, text("made at run time")),
        )
        .words(0),
        at(4, 1)
            .flags(flag::CUT)
            .prefix(flag::TARGET, &text("shop::vip"))
            .value(Tag::U64, [7])
            .value(
                Tag::Str,
                [
                    vec![TEXT_CUT | 3],
                    vec![u64::from_le_bytes(*b"cut\0\0\0\0\0")],
                ]
                .concat(),
            )
            .words(1),
    ]
}

/// The facts of the sample.
pub(super) fn facts() -> Facts {
    let mut facts = Facts::default();
    facts.set_text(fact::SERVICE, "checkout");
    facts.set_text(fact::REASON, "before deploy");
    facts.set_number(fact::PID, 4711);
    facts.set_text(fact::EXECUTABLE, "/usr/bin/checkout");
    facts.set_text(fact::HOST, "till-3");
    facts.set_number(fact::START_TIME_NS, START_NS - 60_000_000_000);
    facts.set_number(fact::SNAPSHOT_TIME_NS, START_NS + 7_000_000_000);
    facts.set_text(fact::TTLOG_VERSION, "0.1.0");
    facts.set_number(fact::RECORDED, 8);
    facts.set_number(fact::OVERWRITTEN, 2);
    facts.set_number(fact::DROPPED, 1);
    facts
}

/// A snapshot with these records, in so many parts.
pub(super) fn snapshot_of(parts: &[&[u64]]) -> Vec<u8> {
    packed_snapshot_of(parts, Packing::Plain)
}

/// The same in a form of one's choice.
pub(super) fn packed_snapshot_of(parts: &[&[u64]], packing: Packing) -> Vec<u8> {
    let mut bytes = Vec::new();
    let contents = Contents {
        facts: &facts(),
        sites: &[(1, &LOGIN), (2, &FAILED), (3, &VALUES)],
        threads: &[(1, "main".to_owned()), (7, "worker \"7\"".to_owned())],
        spans: &[],
        events: parts,
        packing,
    };
    write_to(&mut bytes, &contents).unwrap();
    bytes
}

/// The sample, in three events blocks; the last of them is longer where it is to be compressed.
pub(super) fn sample(packing: Packing) -> Vec<u8> {
    let records = records();
    let times = match packing {
        Packing::Plain | Packing::Packed => 1,
        #[cfg(feature = "compression")]
        Packing::Lz4 => 8,
    };
    let (first, rest) = (records[0].clone(), records[2..].concat().repeat(times));
    packed_snapshot_of(&[&first, &records[1], &rest], packing)
}

/// All forms that this build can write.
pub(super) const PACKINGS: &[Packing] = &[
    Packing::Plain,
    Packing::Packed,
    #[cfg(feature = "compression")]
    Packing::Lz4,
];

/// All that a reader gives of `bytes`, as text; [`None`] where it takes the bytes for no snapshot.
pub(super) fn dump(bytes: &[u8]) -> Option<String> {
    let mut reader = crate::SnapshotReader::new(bytes).ok()?;
    let mut text = String::new();
    for (name, value) in reader.facts().iter() {
        writeln!(text, "{name}: {value:?}").unwrap();
    }
    for event in reader.log_events().unwrap() {
        describe(&event, &mut text).unwrap();
    }
    for flaw in reader.flaws() {
        writeln!(text, "flaw: {flaw}").unwrap();
    }
    Some(text)
}

/// Writes an event so that what is added to [`LogEvent`] later doesn't change the text.
fn describe(event: &LogEvent, text: &mut String) -> std::fmt::Result {
    let (time, level, target) = (event.timestamp_nanos, event.level, &event.target);
    writeln!(text, "event: {time} {level} {target:?} {:?}", event.message)?;
    writeln!(
        text,
        "  thread: {} {:?}",
        event.thread_id, event.thread_name
    )?;
    writeln!(text, "  name: {:?}", event.name)?;
    writeln!(
        text,
        "  at: {:?} {:?} {:?}",
        event.module_path, event.file, event.line
    )?;
    writeln!(
        text,
        "  span: {:?}, cut: {}, panicked: {}",
        event.span_id, event.cut, event.panicked
    )?;
    for field in &event.fields {
        writeln!(text, "  {:?} = {:?}", field.key, field.value)?;
    }
    Ok(())
}
