//! Errors as values: owned, borrowed, boxed, and such as borrow themselves.

use std::error::Error;
use std::fmt;
use std::io;

use ttlog::sink::Memory;
use ttlog::{FieldValue, warn};

/// Borrows the text that could not be read.
#[derive(Debug)]
struct BadNumber<'a> {
    text: &'a str,
    source: std::num::ParseIntError,
}

impl fmt::Display for BadNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no number", self.text)
    }
}

impl Error for BadNumber<'_> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// The first field of what `work` logs.
fn recorded(work: impl FnOnce()) -> FieldValue {
    let memory = Memory::new();
    let handle = ttlog::init().sink(memory.clone()).build().unwrap();
    handle.scope(work);
    handle.flush();
    memory.take()[0].fields[0].value.clone()
}

fn log_by_reference(error: &io::Error) {
    warn!("failed", error = error);
}

fn log_object(error: &dyn Error) {
    warn!("failed", error);
}

#[test]
fn a_borrowed_error_is_recorded_as_one() {
    let error = io::Error::other("broken");
    let expected = FieldValue::Error(vec!["broken".to_owned()]);
    assert_eq!(recorded(|| log_by_reference(&error)), expected);
    assert_eq!(recorded(|| log_object(&error)), expected);
    assert_eq!(recorded(|| warn!(error, "failed")), expected);
    let boxed: Box<dyn Error + Send + Sync> = "broken".into();
    assert_eq!(recorded(|| warn!(boxed, "failed")), expected);
}

#[test]
fn an_error_that_borrows_is_recorded_with_its_sources() {
    let text = String::from("twelve");
    let error = BadNumber {
        text: &text,
        source: text.parse::<i32>().unwrap_err(),
    };
    let messages = ["\"twelve\" is no number", "invalid digit found in string"];
    let expected = FieldValue::Error(messages.map(str::to_owned).into());
    assert_eq!(recorded(|| warn!("failed", error = error)), expected);
    assert_eq!(recorded(|| log_object(&error)), expected);
}
