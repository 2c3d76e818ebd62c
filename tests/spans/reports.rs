//! `err` and `ret`.

use std::fmt;

use ttlog::{LogLevel, instrument};

use crate::support::{told, told_at};

#[derive(Debug)]
struct Refused(std::fmt::Error);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[instrument(err)]
fn refuse(is_refused: bool) -> Result<u8, Refused> {
    if is_refused {
        Err(Refused(std::fmt::Error))?;
    }
    Ok(3)
}

#[instrument(err, ret, skip_all)]
async fn refuse_later(is_refused: bool) -> Result<u8, Box<dyn std::error::Error + Send + Sync>> {
    std::future::ready(()).await;
    Ok(refuse(is_refused)?)
}

#[test]
fn an_error_is_logged_with_its_sources_and_marks_the_span() {
    let (handle, memory) = crate::support::pipeline(LogLevel::Trace);
    handle.scope(|| assert!(refuse(true).is_err()));
    assert!(handle.flush());
    let event = &memory.events()[1];
    assert_eq!(
        (&*event.message, event.level),
        ("refuse failed", LogLevel::Error)
    );
    assert_eq!(event.target, module_path!());
    let Some(ttlog::FieldValue::Error(messages)) = event.field("error") else {
        panic!("{event:?}")
    };
    assert_eq!(
        *messages,
        ["refused", "an error occurred when formatting an argument"]
    );
    let told = told(|| assert!(refuse(true).is_err()));
    assert!(
        told[1].starts_with("refuse: ERROR refuse failed error=refused"),
        "{}",
        told[1]
    );
    assert_eq!(told[2], "INFO end refuse outcome=error");
}

#[test]
fn what_is_returned_is_logged_where_it_is_asked_for() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let told_ok = told(|| drop(runtime.block_on(refuse_later(false))));
    assert_eq!(
        told_ok,
        [
            "INFO begin refuse_later",
            "refuse_later: INFO begin refuse is_refused=false",
            "INFO end refuse",
            "refuse_later: INFO refuse_later returned return=3",
            "INFO end refuse_later",
        ]
    );
    let told = told(|| drop(runtime.block_on(refuse_later(true))));
    assert!(
        told[4].starts_with("refuse_later: ERROR refuse_later failed error=refused"),
        "{told:?}"
    );
    assert_eq!(told[5], "INFO end refuse_later outcome=error");
}

/// Neither an error nor a value, as that of `anyhow`.
struct Chain;

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if f.alternate() {
            "outer: inner"
        } else {
            "outer"
        })
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chain { .. }")
    }
}

#[instrument(err)]
fn chain() -> Result<(), Chain> {
    Err(Chain)
}

#[instrument(level = "debug", err(Debug, level = "warn"))]
fn chain_as_debug() -> Result<(), Chain> {
    Err(Chain)
}

#[instrument(ret(Display, level = LogLevel::Critical), name = "sum")]
fn add(a: u8, b: u8) -> String {
    format!("{}", a + b)
}

#[instrument(ret, skip_all)]
fn pair(a: u8) -> (u8, Option<u8>) {
    (a, None)
}

#[instrument(ret, skip_all, level = "trace")]
fn result(a: u8) -> Result<u8, u8> {
    Err(a)
}

#[test]
fn the_way_and_the_level_of_a_report_are_given() {
    assert_eq!(
        told(|| drop(chain()))[1],
        "chain: ERROR chain failed error=outer: inner"
    );
    assert_eq!(
        told(|| drop(chain_as_debug()))[1],
        "chain_as_debug: WARN chain_as_debug failed error=Chain { .. }"
    );
    // An error is logged where the span is not wanted, too.
    assert_eq!(
        told_at(LogLevel::Info, || drop(chain_as_debug())),
        ["WARN chain_as_debug failed error=Chain { .. }"]
    );
    assert_eq!(
        told(|| drop(add(1, 2)))[1],
        "sum: CRITICAL sum returned return=3"
    );
    assert_eq!(
        told(|| assert_eq!(pair(1).0, 1))[1],
        "pair: INFO pair returned return=(1, None)"
    );
    let told = told(|| assert_eq!(result(1), Err(1)));
    assert_eq!(told[1], "result: TRACE result returned return=Err(1)");
    assert_eq!(told[2], "TRACE end result outcome=error");
}
