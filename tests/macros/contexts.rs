//! The places in which a call may stand.

use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use ttlog::{LogLevel, Value, info, log};

use crate::support::{event, fields, message, value};

fn finish<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}

#[test]
fn questions_return_from_the_function_around() {
    fn attempt(text: &str) -> Result<u8, std::num::ParseIntError> {
        info!("parsed {}", text.parse::<u8>()?, length = text.len());
        Ok(1)
    }
    assert_eq!(message(|| drop(attempt("5"))), "parsed 5");
    assert!(attempt("x").is_err());
}

#[test]
fn loops_are_left_from_a_value() {
    for number in 0.. {
        info!(number = if number > 3 { break } else { number });
    }
}

#[test]
fn futures_are_awaited() {
    async fn log() -> Result<(), std::fmt::Error> {
        let text = String::from("borrowed");
        info!(
            a = ready(1).await,
            b = ready(Ok::<_, std::fmt::Error>(2)).await?,
            text,
            "x {}",
            ready(3).await
        );
        Ok(())
    }
    fn is_send<T: Send>(future: T) -> T {
        future
    }
    let call = || finish(is_send(log())).unwrap();
    assert_eq!(message(call), "x 3");
    assert_eq!(fields(call).len(), 3);
}

#[test]
fn awaited_values_need_not_be_shared_between_threads() {
    async fn log() {
        let cell = || ready(std::cell::Cell::new(1));
        info!(a = ?cell().await, b = ?cell().await);
    }
    fn is_send<T: Send>(future: T) -> T {
        future
    }
    assert_eq!(fields(|| finish(is_send(log()))).len(), 2);
}

#[test]
fn generic_functions_log() {
    fn log<T: Value, U: std::fmt::Debug + ?Sized>(typed: T, shown: &U) {
        info!("{shown:?}", typed, shown = ?shown);
    }
    assert_eq!(message(|| log(1, "x")), "\"x\"");
    assert_eq!(message(|| log(true, &[1])), "[1]");
}

#[test]
fn closures_and_constants_and_statics_hold_calls() {
    static HOOK: fn(u8) = |number| info!("hook", number);
    const CALL: fn() = || info!("const");
    assert_eq!(value(|| HOOK(3)), ttlog::FieldValue::from(3u8));
    assert_eq!(message(CALL), "const");
}

#[test]
fn a_call_is_an_expression() {
    let number = 1;
    let call = || match number {
        1 => info!("one"),
        _ => log!(LogLevel::Warn, "many"),
    };
    let () = call();
    assert_eq!(message(call), "one");
}

#[test]
fn calls_know_their_place() {
    let before = line!();
    let event = event(|| info!("here"));
    assert_eq!(event.line, Some(before + 1));
    assert_eq!(event.file.as_deref(), Some(file!()));
    assert_eq!(event.module_path.as_deref(), Some(module_path!()));
}

#[test]
fn lifetimes_and_methods_are_the_callers() {
    struct Holder<'a>(&'a str);
    impl<'a> Holder<'a> {
        fn log(&'a mut self) -> &'a str {
            info!(text = self.0, length = self.0.len(), "held");
            self.0
        }
    }
    let mut holder = Holder("x");
    let logged = fields(|| {
        Holder("x").log();
    });
    assert_eq!(logged.len(), 2);
    assert_eq!(holder.log(), "x");
}
