//! Values that must not be recorded.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use ttlog::{
    EventBuilder, EventRef, Fields, LogEvent, Logger, Sink, SnapshotReader, TtlogBuilder, info,
    redact,
};

use crate::support::{message, shown};

const SECRET: &str = "hunter2-hunter2-hunter2";

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<LogEvent>>>);

impl Sink for Kept {
    fn write(&mut self, event: &EventRef<'_>) -> std::io::Result<()> {
        self.0.lock().unwrap().push(event.to_log_event());
        Ok(())
    }
}

fn redacting() -> TtlogBuilder {
    ttlog::init()
        .redact(["password", "Token"])
        .redact(["api_key"])
}

/// The events of a call, as lines; none has the secret, and no file that a snapshot makes.
fn lines(call: impl FnOnce()) -> Vec<String> {
    let kept = Kept::default();
    let directory: PathBuf = std::env::temp_dir().join(format!(
        "ttlog-redact-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    let handle = redacting()
        .compress_snapshots(false)
        .snapshot_dir(&directory)
        .sink(kept.clone())
        .build()
        .unwrap();
    handle.scope(call);
    assert!(handle.flush());
    let path = handle.snapshot("test").unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let secret = SECRET.as_bytes();
    assert!(!bytes.windows(secret.len()).any(|found| found == secret));
    let read = SnapshotReader::open(&path).unwrap().log_events().unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
    let events = std::mem::take(&mut *kept.0.lock().unwrap());
    assert_eq!(read, events);
    let stats = handle.stats();
    assert_eq!((stats.recorded, stats.dropped), (events.len() as u64, 0));
    let line = |event: &LogEvent| {
        let fields = event.fields.iter();
        fields.fold(event.message.clone(), |line, field| {
            format!("{line} {}={}", field.key, field.value)
        })
    };
    let lines: Vec<_> = events.iter().map(line).collect();
    assert!(lines.iter().all(|line| !line.contains(SECRET)), "{lines:?}");
    lines
}

#[test]
fn a_value_may_be_redacted_where_it_is_logged() {
    let password = String::from(SECRET);
    assert_eq!(
        shown(|| info!(user = 1, password = redact(&password))),
        ["user=1", "password=[redacted]"]
    );
    assert_eq!(
        message(|| info!("with {password}", password = redact(&password))),
        "with [redacted]"
    );
}

#[test]
fn names_that_a_call_knows_are_redacted() {
    let (password, number) = (SECRET, 7);
    assert_eq!(
        lines(|| info!(before = 1, password, after = 2.5, text = "t", "done")),
        ["done before=1 password=[redacted] after=2.5 text=t"]
    );
    assert_eq!(
        lines(|| info!(user.PASSWORD = %password, api_key = ?password, number, "n {number}")),
        ["n 7 user.PASSWORD=[redacted] api_key=[redacted] number=7"]
    );
    assert_eq!(
        lines(|| info!("{}", 5, password = "hunter2-hunter2-hunter2", number)),
        ["5 password=[redacted] number=7"]
    );
    assert_eq!(
        lines(
            || info!(target: &format!("t{number}"), parent: 5_u64, token = SECRET.len(), passwords = 1)
        ),
        [" token=[redacted] passwords=1"]
    );
}

#[test]
fn messages_that_show_them_are_replaced() {
    let (user, password) = ("Ada", SECRET);
    assert_eq!(
        lines(|| info!("{user} has {password}")),
        ["{user} has [redacted]"]
    );
    assert_eq!(
        lines(|| info!("{user} has {pw:?}", user = user, pw = 1, password)),
        ["Ada has 1 user=Ada pw=1 password=[redacted]"]
    );
    assert_eq!(
        lines(|| info!("{password:>40}", password)),
        ["[redacted] password=[redacted]"]
    );
}

#[test]
fn names_that_come_with_the_event_are_redacted() {
    #[derive(Fields)]
    struct Login {
        user: &'static str,
        password: &'static str,
        #[field(prefix = "api_")]
        api: Api,
    }
    #[derive(Fields)]
    struct Api {
        #[field(display)]
        key: &'static str,
    }
    let login = || Login {
        user: "Ada",
        password: SECRET,
        api: Api { key: SECRET },
    };
    let value = login();
    let expected = ["user=Ada", "password=[redacted]", "api_key=[redacted]"].join(" ");
    assert_eq!(lines(|| info!("done", value)), [format!("done {expected}")]);
    assert_eq!(
        lines(|| info!("done", ..login())),
        [format!("done {expected}")]
    );
    // Beside a name that is redacted as well.
    assert_eq!(
        lines(|| info!("done", value, token = SECRET)),
        [format!("done token=[redacted] {expected}")]
    );
    let name = "my.token";
    assert_eq!(
        lines(|| info!("done", { name } = SECRET, { "other" } = ?1)),
        ["done my.token=[redacted] other=1"]
    );
    let event = || {
        EventBuilder::with_capacity(2)
            .message("made")
            .field("Password", SECRET)
            .field("user", "Ada")
            .build()
    };
    assert_eq!(
        lines(|| ttlog::emit_fast(event())),
        ["made Password=[redacted] user=Ada"]
    );
}

#[test]
fn spans_and_nested_calls_are_redacted() {
    struct Nested;
    impl std::fmt::Display for Nested {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            info!("within", password = SECRET.to_owned());
            f.write_str("outer")
        }
    }
    let mut lines = lines(|| {
        info!("outside", password = 1, nested = %Nested);
        let _span = ttlog::info_span!("work", token = SECRET.len()).entered();
        info!("in a span", password = SECRET.len());
    });
    lines.sort();
    assert!(
        lines.contains(&"within password=[redacted]".to_owned()),
        "{lines:?}"
    );
    assert!(lines.contains(&"outside password=[redacted] nested=outer".to_owned()));
    assert!(lines.contains(&"in a span password=[redacted]".to_owned()));
    assert!(lines.iter().any(|line| line.ends_with("token=[redacted]")));
}

#[test]
fn each_pipeline_has_its_own_list() {
    let call = || info!("done", password = 5, other = 6);
    assert_eq!(lines(call), ["done password=[redacted] other=6"]);
    assert_eq!(shown(call), ["password=5", "other=6"]);
    assert_eq!(lines(call), ["done password=[redacted] other=6"]);
}

#[test]
fn a_logger_of_ones_own_that_forwards_is_no_way_around() {
    let kept = Kept::default();
    let handle = redacting().sink(kept.clone()).build().unwrap();
    let event = EventBuilder::with_capacity(1)
        .field("token", SECRET)
        .build();
    handle.logger().emit(event);
    assert!(handle.flush());
    let events = kept.0.lock().unwrap();
    assert_eq!(events[0].fields[0].value.to_string(), "[redacted]");
}
