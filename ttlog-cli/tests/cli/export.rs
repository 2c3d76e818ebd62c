//! `ttlog export` and what other programs make of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::common::{Run, Snapshot, command, event, golden, run};

#[track_caller]
fn export(arguments: &[&str], file: &Path) -> String {
    let run = run(&[&["export", "--format"], arguments].concat(), file);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    run.stdout
}

#[test]
fn json_is_the_lines_of_show() {
    let shown = run(&["show", "-q", "-f", "json"], &golden()).stdout;
    assert_eq!(export(&["json"], &golden()), shown);
    let selected = export(&["json", "--where", "user_id=123"], &golden());
    assert_eq!(selected.lines().count(), 1);
    let value: Value = serde_json::from_str(&selected).unwrap();
    assert_eq!(value["fields"]["duration_ms"], 45);
    assert_eq!(
        export(&["json", "--last", "2"], &golden()).lines().count(),
        2
    );
}

/// The header and the rows, as another program reads them.
fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let row = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let header = row(reader.headers().unwrap());
    let rows = reader
        .records()
        .map(|record| row(&record.unwrap()))
        .collect();
    (header, rows)
}

#[test]
fn csv_has_the_fields_as_json_in_a_column() {
    let (header, rows) = table(&export(&["csv"], &golden()));
    assert_eq!(
        header,
        [
            "time", "level", "target", "thread", "message", "trace_id", "span_id", "fields"
        ]
    );
    assert_eq!(rows.len(), 5);
    assert_eq!(
        rows[0][..5],
        [
            "2026-01-30T23:59:59.123456789Z",
            "INFO",
            "shop::auth",
            "main",
            "User logged in"
        ]
    );
    assert_eq!(rows[1][3], "worker \"7\"");
    let fields: Value = serde_json::from_str(&rows[2][7]).unwrap();
    assert_eq!(fields["str"], "two\nlines \u{1b}[31mred");
}

#[test]
fn csv_has_a_column_for_each_field_that_is_named() {
    let (header, rows) = table(&export(
        &["csv", "--fields", "user_id,error,str,duration"],
        &golden(),
    ));
    assert_eq!(header[7..], ["user_id", "error", "str", "duration"]);
    assert_eq!(rows[0][7..], ["123", "", "", ""]);
    assert_eq!(rows[1][7..], ["", "no connection: timed out", "", ""]);
    assert_eq!(
        rows[2][7..],
        [
            "",
            "outer: inner cause",
            "two\nlines \u{1b}[31mred",
            "90.005"
        ]
    );
}

#[test]
fn csv_has_a_column_for_each_field_there_is_where_all_are_wanted() {
    let (header, rows) = table(&export(&["csv", "--all-fields"], &golden()));
    assert_eq!(header.len(), 7 + 24);
    assert!(header.contains(&"attempt".to_owned()));
    assert!(rows.iter().all(|row| row.len() == header.len()));
    let (header, _) = table(&export(
        &["csv", "--all-fields", "-w", "attempt"],
        &golden(),
    ));
    assert_eq!(header[7..], ["attempt"]);
}

#[test]
fn columns_are_for_csv_only() {
    let run = run(&["export", "--format", "json", "--all-fields"], &golden());
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("csv"));
}

/// The events of a trace, after a check that each has what the format asks for.
fn trace(text: &str) -> Vec<Value> {
    let trace: Value = serde_json::from_str(text).unwrap();
    let events = trace["traceEvents"].as_array().unwrap().clone();
    for event in &events {
        assert!(
            event["name"].is_string() && event["args"].is_object(),
            "{event}"
        );
        assert!(event["pid"].is_u64() && event["tid"].is_u64(), "{event}");
        match event["ph"].as_str().unwrap() {
            "M" => assert!(event["args"]["name"].is_string(), "{event}"),
            "i" => assert!(event["ts"].is_f64() && event["s"] == "t", "{event}"),
            "X" => assert!(
                event["ts"].as_f64() >= Some(0.0) && event["dur"].is_f64(),
                "{event}"
            ),
            other => panic!("{other}"),
        }
    }
    events
}

#[test]
fn a_trace_has_instants_slices_and_the_names_of_process_and_threads() {
    let events = trace(&export(&["chrome"], &golden()));
    let named = |name: &'static str| events.iter().filter(move |event| event["name"] == name);
    let process: Vec<_> = named("process_name").collect();
    assert_eq!(process.len(), 1);
    assert_eq!(
        (&process[0]["pid"], &process[0]["args"]["name"]),
        (&4711.into(), &"checkout".into())
    );
    assert!(named("thread_name").any(|event| event["tid"] == 1 && event["args"]["name"] == "main"));
    let login = named("User logged in").next().unwrap();
    assert_eq!(
        (&login["ph"], &login["cat"]),
        (&"X".into(), &"shop::auth".into())
    );
    assert_eq!(login["dur"], 45_000.0);
    assert_eq!(
        login["ts"], 59_955_000.0,
        "from the start of logging, and from the slice's begin"
    );
    assert_eq!(login["args"]["fields"]["user_id"], 123);
    assert_eq!(login["args"]["source"], "src/auth.rs:17");
    assert_eq!(named("made at run time").next().unwrap()["ph"], "i");
}

#[test]
fn every_unit_of_a_duration_makes_a_slice() {
    let cases = [
        event(10_000, "ns").field("duration_ns", 2_000_000),
        event(10_000, "us").field("elapsed_us", 2_000),
        event(10_000, "ms").field("duration_ms", 2.0),
        event(10_000, "typed").field("elapsed", Duration::from_millis(2)),
        event(10_000, "no unit").field("duration", 2),
        event(10_000, "negative").field("duration_ms", -2),
        event(10_000, "text").field("duration_ms", "2"),
        event(10_000, "endless").field("duration_ms", f64::INFINITY),
    ];
    let snapshot = Snapshot::of("slices", cases.map(|event| event.build()));
    let slices: BTreeSet<String> = trace(&export(&["chrome"], &snapshot.path))
        .iter()
        .filter(|event| event["ph"] == "X")
        .inspect(|event| assert!(event["dur"].as_f64() <= Some(2_000.0)))
        .map(|event| event["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        slices,
        ["ms", "ns", "typed", "us"].map(str::to_owned).into()
    );
}

#[test]
fn processes_in_a_trace_are_told_apart() {
    let one = Snapshot::of("one", [event(1, "a").build()]);
    let other = Snapshot::of("other", [event(2, "b").build()]);
    // Both are of this very process; what tells them apart is when logging began.
    let run: Run = command(&["export", "-f", "chrome"])
        .args([&one.path, &other.path, &one.path])
        .output()
        .unwrap()
        .into();
    let events = trace(&run.stdout);
    let pids: BTreeSet<_> = events.iter().map(|event| event["pid"].as_u64()).collect();
    assert_eq!(pids.len(), 2);
    assert_eq!(events.iter().filter(|event| event["ph"] == "i").count(), 2);
}

#[test]
fn a_trace_without_events_is_one_all_the_same() {
    let events = trace(&export(&["chrome", "--where", "nothing"], &golden()));
    assert_eq!(events.len(), 1);
    let events = trace(&export(&["chrome", "--service", "nothing"], &golden()));
    assert!(events.is_empty());
}

#[test]
fn a_file_gets_its_name_when_all_is_written() {
    let snapshot = Snapshot::of("file", [event(1, "a").build()]);
    let out = snapshot.beside("out.jsonl");
    let out_text = out.to_str().unwrap();
    assert_eq!(export(&["json", "-o", out_text], &snapshot.path), "");
    assert_eq!(
        std::fs::read_to_string(&out).unwrap(),
        export(&["json"], &snapshot.path)
    );
    // Its own input, which is read to the end before that.
    let copy = snapshot.beside("copy.ttlog");
    std::fs::copy(&snapshot.path, &copy).unwrap();
    assert_eq!(export(&["json", "-o", copy.to_str().unwrap()], &copy), "");
    assert_eq!(std::fs::read(&copy).unwrap(), std::fs::read(&out).unwrap());
    let entries = std::fs::read_dir(snapshot.beside("")).unwrap();
    assert_eq!(entries.count(), 3, "no temporary file is left");
}

#[test]
fn a_file_that_cannot_be_made_is_told() {
    let run = run(&["export", "-f", "json", "-o", "/missing/out"], &golden());
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.starts_with("ttlog: /missing/out: "),
        "{}",
        run.stderr
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_no_file_behind() {
    let directory = tempfile::tempdir().unwrap();
    let entries = || std::fs::read_dir(directory.path()).unwrap().count();
    let mut child = command(&["export", "-f", "json", "-o"])
        .arg(directory.path().join("out.jsonl"))
        .arg("-")
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // It waits for its input, with the file begun.
    let mut stdin = child.stdin.take().unwrap();
    let header = &std::fs::read(golden()).unwrap()[..1000];
    std::io::Write::write_all(&mut stdin, header).unwrap();
    while entries() == 0 {
        std::thread::yield_now();
    }
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(stdin);
    assert_eq!(entries(), 0);
}
