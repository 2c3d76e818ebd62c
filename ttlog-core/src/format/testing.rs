//! Events for the tests of formats and sinks: a [`LogEvent`] laid out as the record that a sink is given.

use std::time::Duration;

use crate::LogLevel;
use crate::decode::EventRef;
use crate::event::{Field, FieldValue, LogEvent};
use crate::format::Format;
use crate::metadata::{Metadata, RecordKind};
use crate::record::{Header, TAG_BITS, TAGS_SHIFT, Tag, Wide, flag};

/// 2026-11-21T00:50:32.123456789Z
pub(crate) const LOGIN_TIME: u64 = 1_795_222_232_123_456_789;

/// An event of `my_app::db` on thread 3, `worker`, at [`LOGIN_TIME`].
pub(crate) fn event(level: LogLevel, message: &str) -> LogEvent {
    LogEvent {
        timestamp_nanos: LOGIN_TIME,
        level,
        target: "my_app::db".into(),
        message: message.into(),
        fields: Default::default(),
        thread_id: 3,
        thread_name: Some("worker".into()),
        name: None,
        module_path: None,
        file: None,
        line: None,
        span_id: None,
        kind: RecordKind::Event,
        spans: Vec::new(),
        trace_id: None,
        parent_span_id: None,
        cut: false,
        panicked: false,
    }
}

/// The same event with fields.
pub(crate) fn with<'a>(
    mut event: LogEvent,
    fields: impl IntoIterator<Item = (&'a str, FieldValue)>,
) -> LogEvent {
    event
        .fields
        .extend(fields.into_iter().map(|(key, value)| Field {
            key: key.to_owned().into(),
            value,
        }));
    event
}

/// A field of each kind, named like it.
pub(crate) fn every_kind_of_value() -> Vec<(&'static str, FieldValue)> {
    vec![
        ("none", FieldValue::None),
        ("bool", true.into()),
        ("i64", (-7).into()),
        ("u64", u64::MAX.into()),
        ("i128", i128::MIN.into()),
        ("u128", u128::MAX.into()),
        ("f32", 0.1f32.into()),
        ("f64", 1e300.into()),
        ("nan", f64::NAN.into()),
        ("char", 'é'.into()),
        ("str", "plain".into()),
        ("string", "two words".to_owned().into()),
        ("display", FieldValue::Display("a=b".into())),
        ("debug", FieldValue::Debug(r#""it's \"so\"""#.into())),
        (
            "error",
            FieldValue::Error(vec!["failed".into(), "because".into()]),
        ),
        ("bytes", vec![0u8, 255].into()),
        ("duration", Duration::from_micros(1500).into()),
        ("ip", FieldValue::Ip([127, 0, 0, 1].into())),
    ]
}

pub(crate) fn format(format: &(impl Format + ?Sized), event: &LogEvent) -> String {
    let mut out = String::new();
    format.format(&record(event).event(), &mut out);
    out
}

pub(crate) fn format_colored(format: &impl Format, event: &LogEvent) -> String {
    let mut out = String::new();
    format.format_colored(&record(event).event(), &mut out);
    out
}

/// A record and what is needed to read it.
pub(crate) struct Record {
    words: Vec<u64>,
    metadata: Metadata,
    thread_name: Option<String>,
}

impl Record {
    pub(crate) fn event(&self) -> EventRef<'_> {
        EventRef::parse(&self.words, &self.metadata, self.thread_name.as_deref())
            .expect("the words are a record")
    }
}

/// Lays out an event as a dynamic record: each value brings its name.
pub(crate) fn record(event: &LogEvent) -> Record {
    let mut writer = Writer {
        words: vec![0, event.timestamp_nanos, u64::from(event.thread_id) << 32],
        tags: 0,
        tag_shift: TAGS_SHIFT,
        tag_place: 0,
    };
    let mut flags = flag::DYNAMIC | flag::MESSAGE;
    if let Some(span) = event.span_id {
        flags |= flag::SPAN;
        writer.words.push(span.get());
    }
    let line = u64::from(event.line.unwrap_or(0));
    writer.words.extend([event.level as u64 | line << 8, 0]);
    writer.text(event.target.as_bytes());
    writer.text(event.module_path.as_deref().unwrap_or("").as_bytes());
    writer.text(event.file.as_deref().unwrap_or("").as_bytes());
    writer.tag(Tag::Display);
    writer.text(event.message.as_bytes());
    for field in &event.fields {
        writer.tag(Tag::Name);
        writer.text(field.key.as_bytes());
        writer.value(&field.value);
    }
    if event.cut {
        flags |= flag::CUT;
    }
    if event.panicked {
        flags |= flag::PANICKED;
    }
    let mut metadata = Metadata::new(event.level, "", "", "", 0, "", &[]);
    metadata.name = event.name.clone().unwrap_or_default();
    metadata.kind = event.kind;
    Record {
        words: writer.finish(flags),
        metadata,
        thread_name: event.thread_name.clone(),
    }
}

struct Writer {
    words: Vec<u64>,
    tags: u64,
    tag_shift: u32,
    tag_place: usize,
}

impl Writer {
    fn tag(&mut self, tag: Tag) {
        if self.tag_shift == u64::BITS {
            self.words[self.tag_place] |= self.tags;
            self.tag_place = self.words.len();
            self.words.push(0);
            (self.tags, self.tag_shift) = (0, 0);
        }
        self.tags |= (tag as u64) << self.tag_shift;
        self.tag_shift += TAG_BITS;
    }

    fn text(&mut self, bytes: &[u8]) {
        self.words.push(bytes.len() as u64);
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.words.push(u64::from_ne_bytes(word));
        }
    }

    fn tagged(&mut self, tag: Tag, words: &[u64]) {
        self.tag(tag);
        self.words.extend(words);
    }

    fn tagged_text(&mut self, tag: Tag, bytes: &[u8]) {
        self.tag(tag);
        self.text(bytes);
    }

    fn wide(&mut self, kind: Wide, value: u128) {
        self.tagged(
            Tag::Wide,
            &[kind as u64, value as u64, (value >> 64) as u64],
        );
    }

    fn value(&mut self, value: &FieldValue) {
        match value {
            FieldValue::None => self.tag(Tag::None),
            FieldValue::Bool(value) => self.tagged(Tag::Bool, &[u64::from(*value)]),
            FieldValue::I64(value) => self.tagged(Tag::I64, &[*value as u64]),
            FieldValue::U64(value) => self.tagged(Tag::U64, &[*value]),
            FieldValue::I128(value) => self.wide(Wide::I128, *value as u128),
            FieldValue::U128(value) => self.wide(Wide::U128, *value),
            FieldValue::F32(value) => self.tagged(Tag::F32, &[u64::from(value.to_bits())]),
            FieldValue::F64(value) => self.tagged(Tag::F64, &[value.to_bits()]),
            FieldValue::Char(value) => self.tagged(Tag::Char, &[u64::from(*value)]),
            FieldValue::Str(text) => self.tagged_text(Tag::Str, text.as_bytes()),
            FieldValue::String(text) => self.tagged_text(Tag::Str, text.as_bytes()),
            FieldValue::Debug(text) => self.tagged_text(Tag::Debug, text.as_bytes()),
            FieldValue::Display(text) => self.tagged_text(Tag::Display, text.as_bytes()),
            FieldValue::Bytes(bytes) => self.tagged_text(Tag::Bytes, bytes),
            FieldValue::Error(chain) => {
                self.tagged(Tag::Error, &[chain.len() as u64]);
                chain.iter().for_each(|text| self.text(text.as_bytes()));
            }
            FieldValue::Duration(value) => {
                let nanoseconds = u64::from(value.subsec_nanos());
                self.tagged(Tag::Duration, &[value.as_secs(), nanoseconds]);
            }
            FieldValue::Ip(std::net::IpAddr::V4(ip)) => self.wide(Wide::Ipv4, ip.to_bits().into()),
            FieldValue::Ip(std::net::IpAddr::V6(ip)) => self.wide(Wide::Ipv6, ip.to_bits()),
        }
    }

    fn finish(mut self, flags: u8) -> Vec<u64> {
        self.words[self.tag_place] |= self.tags;
        let tags = self.words[0];
        self.words[0] = Header::new(0, self.words.len() as u64, flags, tags).0;
        self.words.iter().map(|word| word.to_le()).collect()
    }
}
