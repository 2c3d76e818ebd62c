//! Spans and contexts in what the commands print.

use serde_json::Value;
use ttlog::{TraceParent, continue_trace, info, info_span, with_context};

use crate::common::{Run, Snapshot, command, run};

/// Two queries in a request, the later of a tenant; one that is left open; and two that overlap.
fn sample() -> Snapshot {
    Snapshot::of_work(|| {
        info!("outside");
        let request = info_span!("request", id = 7).entered();
        {
            let _query = info_span!("query", table = "users").entered();
            info!("a row", rows = 1);
        }
        with_context("tenant", "acme", || {
            let _query = info_span!("query", table = "orders").entered();
            info!("a row", rows = 2);
        });
        let one = info_span!("one");
        let other = info_span!("other");
        drop(one);
        drop(other);
        drop(request);
        std::mem::forget(info_span!("endless"));
    })
}

#[track_caller]
fn stdout(arguments: &[&str], snapshot: &Snapshot) -> String {
    let run = run(arguments, &snapshot.path);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run.stdout
}

#[test]
fn lines_have_the_chain_and_spans_have_lines() {
    let shown = stdout(&["show", "--quiet"], &sample());
    let lines: Vec<&str> = shown.lines().map(|line| &line[34..]).collect();
    assert_eq!(lines[0], "cli::spans: outside");
    assert_eq!(lines[1], "-> request{id=7}: cli::spans:");
    assert_eq!(
        lines[3],
        "request{id=7}:query{table=users}: cli::spans: a row rows=1"
    );
    assert!(lines[4].starts_with("<- request{id=7}:query{table=users}: cli::spans: duration="));
    assert_eq!(
        lines[6],
        "request{id=7}:query{table=orders}: cli::spans: a row rows=2 tenant=acme"
    );
    assert_eq!(lines.len(), 3 + 2 * 5 + 1);
}

#[test]
fn a_condition_finds_what_an_event_has_from_its_spans() {
    let snapshot = sample();
    let count = |condition: &str| {
        let arguments = [
            "show",
            "--count",
            "--where",
            "kind=event",
            "--where",
            condition,
        ];
        stdout(&arguments, &snapshot).trim().parse::<u32>().unwrap()
    };
    assert_eq!(count("id=7"), 2);
    assert_eq!(count("table=orders"), 1);
    assert_eq!(count("tenant=acme"), 1);
    assert_eq!(count("!tenant"), 2);
    assert_eq!(count("span=query"), 2);
    assert_eq!(count("!span"), 1);
    // Its own come first.
    assert_eq!(count("rows=2"), 1);
}

#[test]
fn info_counts_spans_and_does_not_take_them_for_events() {
    let snapshot = sample();
    let info = stdout(&["info"], &snapshot);
    assert!(
        info.contains("spans            6 begun, 5 ended\n"),
        "{info}"
    );
    let info: Value = serde_json::from_str(&stdout(&["info", "--json"], &snapshot)).unwrap();
    assert_eq!(info["events"], 3);
    assert_eq!(info["levels"]["CRITICAL"], 0);
    assert_eq!(
        (&info["spans_begun"], &info["spans_ended"]),
        (&6.into(), &5.into())
    );
}

#[test]
fn a_trace_has_slices_that_nest_and_others_on_lines_of_their_own() {
    let trace = stdout(&["export", "--format", "chrome"], &sample());
    let trace: Value = serde_json::from_str(&trace).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let with_phase = |phase: &str| -> Vec<&Value> {
        events.iter().filter(|event| event["ph"] == phase).collect()
    };
    let names = |phase: &str| -> Vec<&str> {
        let events = with_phase(phase);
        events
            .iter()
            .map(|event| event["name"].as_str().unwrap())
            .collect()
    };
    assert_eq!(names("X"), ["query", "query", "other", "request"]);
    assert_eq!((names("b"), names("e")), (vec!["one"], vec!["one"]));
    assert_eq!(names("B"), ["endless"]);
    assert_eq!(names("i"), ["outside", "a row", "a row"]);
    let slices = with_phase("X");
    let bounds = |slice: &Value| {
        let begin = slice["ts"].as_f64().unwrap();
        (begin, begin + slice["dur"].as_f64().unwrap())
    };
    let request = bounds(slices[3]);
    for slice in &slices[..3] {
        let slice = bounds(slice);
        // The writer's last digit is a nanosecond, of which a float may miss a part.
        assert!(request.0 - 0.002 <= slice.0 && slice.1 <= request.1 + 0.002);
    }
    assert_eq!(slices[1]["args"]["fields"]["table"], "orders");
    assert_eq!(slices[3]["args"]["fields"], serde_json::json!({"id": 7}));
}

#[test]
fn csv_has_events_alone_with_the_trace_and_the_span_that_they_are_in() {
    let snapshot = sample();
    let table = stdout(&["export", "--format", "csv"], &snapshot);
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    assert_eq!(rows.len(), 1 + 3);
    assert_eq!(rows[0][5..7], ["trace_id", "span_id"]);
    assert_eq!(rows[1][5..7], ["", ""], "is in none");
    // As JSON has them; the last event is in a context, within the query.
    let lines = stdout(&["export", "--format", "json"], &snapshot);
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let events: Vec<Value> = lines
        .filter(|line: &Value| line["kind"].is_null())
        .collect();
    for (row, event) in rows[2..].iter().zip(&events[1..]) {
        assert_eq!(row[5], event["trace_id"]);
        assert_eq!(row[6], event["spans"][1]["id"]);
        assert_eq!((row[5].len(), row[6].len()), (32, 16));
    }
    assert_eq!(rows[2][5], rows[3][5]);
    assert_ne!(rows[2][6], rows[3][6]);
}

#[test]
fn the_events_of_a_trace_are_found_in_all_services_that_took_part() {
    let mut traceparent = None;
    let front = Snapshot::of_work(|| {
        info!("outside");
        let _request = info_span!("request").entered();
        with_context("tenant", "acme", || traceparent = TraceParent::current());
        info!("calls");
    });
    let back = Snapshot::of_work(|| {
        continue_trace(traceparent.unwrap(), || {
            info!("is called");
            let _query = info_span!("query").entered();
            info!("queries");
        });
        let _other = info_span!("other").entered();
        info!("in another trace");
    });
    let trace_id = format!("{:032x}", traceparent.unwrap().trace_id);
    let condition = format!("trace_id={trace_id}");
    let arguments = ["export", "--format", "json", "--where", &condition];
    let run: Run = command(&arguments)
        .args([&front.path, &back.path])
        .output()
        .unwrap()
        .into();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let lines: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let events = lines.iter().filter(|line| line["kind"].is_null());
    let messages: Vec<_> = events.map(|event| &event["message"]).collect();
    assert_eq!(messages, ["calls", "is called", "queries"]);
    assert_eq!(lines.len(), 3 + 2 * 2);
    assert!(lines.iter().all(|line| line["trace_id"] == *trace_id));
    let query = lines.iter().find(|line| line["message"] == "query");
    let parent = format!("{:016x}", traceparent.unwrap().span_id);
    assert_eq!(query.unwrap()["context"]["parent_span_id"], *parent);
    let count = |condition: &str| {
        let arguments = ["show", "--count", "--where", condition];
        stdout(&arguments, &back).trim().parse::<u32>().unwrap()
    };
    assert_eq!(count("trace_id"), 7);
    assert_eq!(count("!trace_id"), 0);
    assert_eq!(count(&format!("@trace_id!={trace_id}")), 3);
    let trace = stdout(&["export", "--format", "chrome"], &back);
    let trace: Value = serde_json::from_str(&trace).unwrap();
    let slices = trace["traceEvents"].as_array().unwrap().iter();
    let mut slices = slices.filter(|event| event["ph"] == "X");
    assert_eq!(slices.next().unwrap()["args"]["trace_id"], *trace_id);
}
