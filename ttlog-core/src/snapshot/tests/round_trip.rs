//! What is written is read back.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::sample::{Record, START_NS, facts, records, sample, snapshot_of};
use crate::event::FieldValue;
use crate::level::LogLevel;
use crate::record::{Tag, flag};
use crate::snapshot::layout::{MAX_DESCRIPTION_BYTES, TARGET_BLOCK_BYTES};
use crate::snapshot::{Contents, Facts, Flaw, Packing, write};
use crate::{LogEvent, SnapshotReader};

fn read(bytes: &[u8]) -> Vec<LogEvent> {
    let mut reader = SnapshotReader::new(bytes).unwrap();
    let events = reader.log_events().unwrap();
    assert!(reader.is_complete(), "{:?}", reader.flaws());
    events
}

#[test]
fn the_facts_are_there_before_the_first_event() {
    let bytes = sample(Packing::Plain);
    let reader = SnapshotReader::new(&bytes[..]).unwrap();
    assert_eq!(reader.facts(), &facts());
    assert!(!reader.is_complete(), "the end was not seen yet");
}

#[test]
fn events_come_back_with_call_site_thread_and_prefix() {
    let events = read(&sample(Packing::Plain));
    assert_eq!(events.len(), 5);

    let login = &events[0];
    assert_eq!(login.timestamp_nanos, START_NS);
    assert_eq!(
        (login.level, &*login.target),
        (LogLevel::Info, "shop::auth")
    );
    assert_eq!(login.message, "User logged in");
    assert_eq!(
        (login.file.as_deref(), login.line),
        (Some("src/auth.rs"), Some(17))
    );
    assert_eq!(
        (login.thread_id, login.thread_name.as_deref()),
        (1, Some("main"))
    );
    let fields: Vec<_> = login
        .fields
        .iter()
        .map(|field| (&*field.key, field.value.to_string()))
        .collect();
    let expected = [
        ("user_id", "123"),
        ("method", "password"),
        ("duration_ms", "45"),
    ];
    assert_eq!(
        fields,
        expected.map(|(name, value)| (name, value.to_owned()))
    );

    let failed = &events[1];
    assert_eq!(failed.message, "Query select 1 failed");
    assert_eq!(failed.name.as_deref(), Some("query_failed"));
    assert!(failed.panicked && !failed.cut);
    assert_eq!(failed.thread_name.as_deref(), Some("worker \"7\""));

    let dynamic = &events[3];
    assert_eq!(
        (dynamic.level, &*dynamic.target),
        (LogLevel::Warn, "plugin::late")
    );
    assert_eq!(
        (dynamic.file.as_deref(), dynamic.line),
        (Some("plugin.rs"), Some(12))
    );
    assert_eq!(dynamic.span_id.map(|span| span.get()), Some(99));
    assert_eq!(dynamic.field("attempt"), Some(&FieldValue::I64(-3)));

    assert_eq!((&*events[4].target, events[4].cut), ("shop::vip", true));
    assert_eq!(
        events[4].field("duration_ms"),
        Some(&FieldValue::String("cut".into()))
    );
}

#[test]
fn every_kind_of_value_comes_back() {
    let events = read(&sample(Packing::Plain));
    let expected = [
        ("none", FieldValue::None),
        ("bool", FieldValue::Bool(true)),
        ("i64", FieldValue::I64(-42)),
        ("u64", FieldValue::U64(u64::MAX)),
        ("f64", FieldValue::F64(0.1)),
        ("f32", FieldValue::F32(2.5)),
        ("char", FieldValue::Char('ß')),
        ("str", FieldValue::String("two\nlines \u{1b}[31mred".into())),
        ("empty", FieldValue::String(String::new())),
        ("eight", FieldValue::String("12345678".into())),
        ("display", FieldValue::Display("shown".into())),
        ("debug", FieldValue::Debug("Some(\"x\")".into())),
        (
            "error",
            FieldValue::Error(vec!["outer".into(), "inner cause".into()]),
        ),
        ("bytes", FieldValue::Bytes(vec![0, 255, 16])),
        (
            "duration",
            FieldValue::Duration(Duration::from_millis(90_005)),
        ),
        ("i128", FieldValue::I128(-1)),
        ("u128", FieldValue::U128(1 << 64)),
        ("ipv4", FieldValue::Ip(IpAddr::V4(Ipv4Addr::LOCALHOST))),
        ("ipv6", FieldValue::Ip(IpAddr::V6(Ipv6Addr::LOCALHOST))),
    ];
    let fields = &events[2].fields;
    assert_eq!(fields.len(), expected.len());
    for (field, (name, value)) in fields.iter().zip(expected) {
        assert_eq!((&*field.key, &field.value), (name, &value));
    }
}

#[test]
fn many_events_are_cut_into_blocks_and_a_long_one_has_its_own() {
    let long = Record::at(START_NS, 1, 0)
        .flags(flag::MESSAGE)
        .value(Tag::Display, super::sample::text("x".repeat(400_000)))
        .words(1);
    let short = &records()[0];
    let words = [short.repeat(20_000), long, short.repeat(20_000)].concat();
    let bytes = snapshot_of(&[&words]);
    let blocks = bytes.windows(4).filter(|window| window == b"BLCK").count();
    assert!(blocks > bytes.len() / TARGET_BLOCK_BYTES, "{blocks}");
    let events = read(&bytes);
    assert_eq!(events.len(), 40_001);
    assert_eq!(events[20_000].message.len(), 400_000);
}

#[test]
fn a_snapshot_without_anything_is_complete() {
    let mut bytes = Vec::new();
    let contents = Contents {
        facts: &Facts::default(),
        sites: &[],
        threads: &[],
        spans: &[],
        events: &[],
        packing: Packing::Plain,
    };
    crate::snapshot::writer::write_to(&mut bytes, &contents).unwrap();
    assert_eq!(read(&bytes), []);
}

#[test]
fn more_call_sites_than_a_block_holds_are_all_described() {
    let long = "t".repeat(10_000);
    let metadata = crate::metadata::Metadata::new(LogLevel::Info, long.leak(), "", "", 0, "", &[]);
    let sites: Vec<_> = (1..=100).map(|site| (site, &metadata)).collect();
    let words: Vec<u64> = (1..=100)
        .flat_map(|site| Record::at(1, 1, 1).words(site))
        .collect();
    let mut bytes = Vec::new();
    let contents = Contents {
        facts: &Facts::default(),
        sites: &sites,
        threads: &[],
        spans: &[],
        events: &[&words],
        packing: Packing::Plain,
    };
    crate::snapshot::writer::write_to(&mut bytes, &contents).unwrap();
    assert!(bytes.len() > 3 * TARGET_BLOCK_BYTES && (bytes.len() as u64) < MAX_DESCRIPTION_BYTES);
    assert_eq!(read(&bytes).len(), 100);
}

#[test]
fn words_that_begin_no_record_are_left_out_and_the_end_says_so() {
    let good = &records()[0];
    let bad = [good.clone(), vec![0, 1, 2]].concat();
    let bytes = snapshot_of(&[&bad, good]);
    let mut reader = SnapshotReader::new(&bytes[..]).unwrap();
    assert_eq!(reader.log_events().unwrap().len(), 2);
    assert_eq!(reader.flaws(), [Flaw::LeftOut { bytes: 24 }]);
}

#[test]
fn a_file_is_written_and_opened_again() {
    let directory = std::env::temp_dir().join(format!("ttlog-round-trip-{}", std::process::id()));
    let words = records()[3].clone();
    let contents = Contents {
        facts: &facts(),
        sites: &[],
        threads: &[],
        spans: &[],
        events: &[&words],
        packing: Packing::Plain,
    };
    let path = write(&contents, &directory).unwrap();
    let mut reader = SnapshotReader::open(&path).unwrap();
    let event = reader.next_event().unwrap().unwrap();
    assert_eq!(event.message(), "made at run time");
    assert!(reader.next_event().unwrap().is_none());
    assert!(reader.is_complete());
    std::fs::remove_dir_all(&directory).unwrap();
    let error = SnapshotReader::open(&path).unwrap_err();
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn the_event_that_reading_has_come_to_is_given_as_often_as_it_is_asked_for() {
    let bytes = sample(Packing::Plain);
    let mut reader = SnapshotReader::new(&bytes[..]).unwrap();
    assert!(reader.current().is_none());
    let mut messages = Vec::new();
    while reader.advance().unwrap() {
        let event = reader.current().unwrap();
        messages.push(event.message().to_owned());
        let again = reader.current().unwrap();
        assert_eq!(again.number(), event.number());
        assert_eq!(again.message(), event.message());
    }
    assert!(reader.current().is_none() && !reader.advance().unwrap());
    assert_eq!(messages.len(), records().len());
}
