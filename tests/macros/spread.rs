//! Values that are several fields, where they stand without a name.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use ttlog::{FieldValue, FieldWriter, Fields, LogLevel, SnapshotReader, info, log};

use crate::support::{events_at, fields, message, shown, value};

#[derive(Fields)]
struct Attempt {
    user: &'static str,
    count: u32,
}

const ATTEMPT: Attempt = Attempt {
    user: "Ada",
    count: 3,
};

#[test]
fn a_value_without_a_name_is_its_fields() {
    let attempt = ATTEMPT;
    assert_eq!(shown(|| info!(attempt, "done")), ["user=Ada", "count=3"]);
    assert_eq!(shown(|| info!("done", attempt)), ["user=Ada", "count=3"]);
    assert_eq!(shown(|| info!(attempt; "done")), ["user=Ada", "count=3"]);
    assert_eq!(message(|| info!("done", attempt)), "done");
}

#[test]
fn they_come_behind_the_fields_that_the_call_names() {
    let (attempt, before, after) = (ATTEMPT, 1, 2);
    let key = "key";
    assert_eq!(
        shown(|| info!(
            before,
            attempt,
            x = "constant",
            { key } = 4,
            after,
            "done {}",
            5
        )),
        [
            "before=1",
            "x=constant",
            "after=2",
            "key=4",
            "user=Ada",
            "count=3"
        ]
    );
}

#[test]
fn a_plain_value_is_one_field_and_so_is_one_with_a_sigil() {
    #[derive(Debug, Fields)]
    struct Size {
        width: u8,
    }
    let (plain, text, size) = (1, "t", Size { width: 2 });
    assert_eq!(
        shown(|| info!(plain, text, size, ?size, "done")),
        ["plain=1", "text=t", "size=Size { width: 2 }", "width=2"]
    );
}

#[test]
fn places_spread_as_variables_do() {
    struct State {
        attempt: Attempt,
        boxed: Box<Attempt>,
    }
    let state = State {
        attempt: ATTEMPT,
        boxed: Box::new(ATTEMPT),
    };
    assert_eq!(
        shown(|| info!("done", state.attempt)),
        ["user=Ada", "count=3"]
    );
    assert_eq!(
        shown(|| info!("done", state.boxed)),
        ["user=Ada", "count=3"]
    );
}

#[test]
fn two_dots_spread_any_expression() {
    let attempt = || ATTEMPT;
    assert_eq!(
        shown(|| info!(..attempt(), "done")),
        ["user=Ada", "count=3"]
    );
    assert_eq!(
        shown(|| info!("done", ..&attempt(), last = 1, ..attempt())),
        ["last=1", "user=Ada", "count=3", "user=Ada", "count=3"]
    );
    assert_eq!(
        shown(|| info!({ ..attempt() }, "done")),
        ["user=Ada", "count=3"]
    );
    assert_eq!(
        shown(|| info!(..attempt(); "done")),
        ["user=Ada", "count=3"]
    );
    assert_eq!(
        shown(|| log!(target: "t", LogLevel::Warn, ..attempt())),
        ["user=Ada", "count=3"]
    );
}

#[test]
fn a_range_that_the_message_shows_is_its_argument() {
    let end = 5;
    assert_eq!(message(|| info!("{:?}", ..end)), "..5");
}

#[test]
fn what_points_to_fields_has_them() {
    let (reference, shared, some) = (&ATTEMPT, Arc::new(ATTEMPT), Some(ATTEMPT));
    let none: Option<Attempt> = None;
    for call in [
        &(|| info!(reference)) as &dyn Fn(),
        &|| info!(shared),
        &|| info!(some),
        &|| info!(..Box::new(ATTEMPT) as Box<dyn Fields>),
    ] {
        assert_eq!(shown(call), ["user=Ada", "count=3"]);
    }
    assert_eq!(fields(|| info!(none, "done")), []);
}

#[test]
fn the_fields_of_a_value_go_before_its_being_a_value_or_an_error() {
    #[derive(Debug, Fields)]
    struct Timeout {
        after_ms: u64,
    }
    impl fmt::Display for Timeout {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "no answer in {} ms", self.after_ms)
        }
    }
    impl Error for Timeout {}
    let timeout = Timeout { after_ms: 20 };
    assert_eq!(shown(|| info!(timeout)), ["after_ms=20"]);
    assert_eq!(
        shown(|| info!(error = timeout)),
        ["error=no answer in 20 ms"]
    );
    let event = events_at(LogLevel::Info, || info!("{timeout}", timeout)).remove(0);
    assert_eq!(event.message, "no answer in 20 ms");
    assert_eq!(event.field("after_ms"), Some(&20_u64.into()));
    assert_eq!(event.fields.len(), 1);
}

#[test]
fn a_parameter_is_what_its_bounds_say() {
    fn log_fields<T: Fields>(it: &T) {
        info!(it, "done");
    }
    fn log_value<T: ttlog::Value>(it: &T) {
        info!(it, "done");
    }
    assert_eq!(shown(|| log_fields(&ATTEMPT)), ["user=Ada", "count=3"]);
    assert_eq!(shown(|| log_value(&1)), ["it=1"]);
}

#[test]
fn fields_may_be_written_by_hand() {
    struct Pairs(Vec<(String, i64)>);
    impl Fields for Pairs {
        fn record_fields(&self, fields: &mut FieldWriter<'_>) {
            for (name, value) in &self.0 {
                fields.field(name, value);
            }
            fields.display("joined", &format_args!("{}", self.0.len()));
            fields.debug("first", &self.0[0].0);
            fields.error("error", &fmt::Error);
            fields.nested("nested.", &ATTEMPT);
        }
    }
    let pairs = Pairs((0..20).map(|n| (format!("k{n}"), n)).collect());
    let shown = shown(|| info!(pairs));
    assert_eq!(shown.len(), 25);
    assert_eq!(shown[19], "k19=19");
    assert_eq!(
        shown[20..23],
        [
            "joined=20",
            "first=\"k0\"",
            "error=an error occurred when formatting an argument"
        ]
    );
    assert_eq!(shown[23..], ["nested.user=Ada", "nested.count=3"]);
}

#[test]
fn a_long_name_is_cut_and_the_event_says_so() {
    struct Long(usize);
    impl Fields for Long {
        fn record_fields(&self, fields: &mut FieldWriter<'_>) {
            fields.nested(&"p".repeat(self.0), &ATTEMPT);
        }
    }
    for length in [300, 507, 508, 512, 600] {
        let long = Long(length);
        let event = events_at(LogLevel::Info, || info!(long)).remove(0);
        assert_eq!(event.cut, length + "count".len() > 512);
        assert_eq!(event.fields.len(), 2);
        assert_eq!(event.fields[1].key.len(), (length + "count".len()).min(512));
    }
}

#[test]
fn a_snapshot_has_the_fields_and_not_their_value() {
    let directory = std::env::temp_dir().join(format!("ttlog-spread-{}", std::process::id()));
    let handle = ttlog::init()
        .recorder_only()
        .snapshot_dir(&directory)
        .build()
        .unwrap();
    let (attempt, number) = (ATTEMPT, 7);
    handle.scope(|| info!(attempt, number, "done"));
    let path = handle.snapshot("test").unwrap();
    let events = SnapshotReader::open(&path).unwrap().log_events().unwrap();
    let names: Vec<Cow<'_, str>> = events[0]
        .fields
        .iter()
        .map(|field| field.key.clone())
        .collect();
    assert_eq!(names, ["number", "user", "count"]);
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn nothing_spread_is_evaluated_where_the_call_is_not_wanted() {
    fn never() -> Attempt {
        panic!("evaluated");
    }
    assert_eq!(events_at(LogLevel::Warn, || info!(..never())), []);
    assert_eq!(
        value(|| info!(x = 1, ..None::<Attempt>)),
        FieldValue::from(1)
    );
}

#[test]
fn the_beginning_of_a_span_has_them_too() {
    let (attempt, number) = (ATTEMPT, 7);
    let directory = std::env::temp_dir().join(format!("ttlog-spans-{}", std::process::id()));
    let handle = ttlog::init()
        .recorder_only()
        .snapshot_dir(&directory)
        .build()
        .unwrap();
    handle.scope(|| drop(ttlog::info_span!("work", number, attempt, ..Some(ATTEMPT))));
    let path = handle.snapshot("test").unwrap();
    let events = SnapshotReader::open(&path).unwrap().log_events().unwrap();
    let names: Vec<_> = events[0].fields.iter().map(|field| &*field.key).collect();
    assert_eq!(
        names,
        [ttlog::SPAN_ID, "number", "user", "count", "user", "count"]
    );
    std::fs::remove_dir_all(&directory).unwrap();
}
