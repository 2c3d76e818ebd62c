//! The message, and what of a call belongs to it.

use ttlog::info;

use crate::support::{fields, message, text};

#[test]
fn a_call_may_say_nothing() {
    assert_eq!(message(|| info!()), "");
    assert_eq!(message(|| info!("")), "");
}

#[test]
fn text_is_taken_as_it_is() {
    assert_eq!(message(|| info!("text")), "text");
    assert_eq!(message(|| info!("text",)), "text");
    assert_eq!(message(|| info!(r#"a "raw" text"#)), "a \"raw\" text");
    assert_eq!(message(|| info!("100 %")), "100 %");
}

#[test]
fn doubled_braces_are_one() {
    assert_eq!(message(|| info!("{{}}")), "{}");
    assert_eq!(message(|| info!("{{{}}}", 1)), "{1}");
}

#[test]
fn arguments_are_put_in_place() {
    let (name, width) = ("Ada", 6);
    assert_eq!(message(|| info!("{}", name)), "Ada");
    assert_eq!(message(|| info!("{} and {}", name, "Bob")), "Ada and Bob");
    assert_eq!(message(|| info!("{1} {0} {1}", 1, 2,)), "2 1 2");
    assert_eq!(
        message(|| info!("{:?} {:#x} {:>5.1}", name, 255, 2.25)),
        "\"Ada\" 0xff   2.2"
    );
    assert_eq!(
        message(|| info!("{:1$}|{:.*}", name, width, 1.25)),
        "Ada   |1.250000"
    );
    assert_eq!(message(|| info!("{:.*}", 2, 1.2345)), "1.23");
    assert_eq!(message(|| info!("{:width$}|", name)), "Ada   |");
}

#[test]
fn variables_are_captured() {
    let (user, count, width) = ("Ada", 3, 5);
    assert_eq!(message(|| info!("{user} has {count:?}")), "Ada has 3");
    assert_eq!(message(|| info!("{user:>width$} {}", 1 + 1)), "  Ada 2");
    assert_eq!(fields(|| info!("{user}")), []);
}

#[test]
fn an_address_is_that_of_the_value() {
    let value = 5;
    let reference = &value;
    assert_eq!(
        message(|| info!("{:p}", reference)),
        format!("{reference:p}")
    );
    assert_eq!(message(|| info!("{:p}", &value)), format!("{reference:p}"));
}

#[test]
fn what_the_message_does_not_take_is_a_field() {
    let (name, user_id) = ("Ada", 7);
    let call = || info!("Hello {}", name, user_id, attempt = 2);
    assert_eq!(message(call), "Hello Ada");
    assert_eq!(
        fields(call),
        [("user_id".into(), 7.into()), ("attempt".into(), 2.into())]
    );
}

#[test]
fn an_expression_behind_a_field_is_still_an_argument() {
    let call = || info!("{} {}", 1, attempt = 2, 3);
    assert_eq!(message(call), "1 3");
    assert_eq!(fields(call), [("attempt".into(), 2.into())]);
}

#[test]
fn a_named_argument_is_a_field_too() {
    let call = || info!("{attempt} of {}", 5, attempt = 2);
    assert_eq!(message(call), "2 of 5");
    assert_eq!(fields(call), [("attempt".into(), 2.into())]);

    let attempt = 3;
    let call = || info!("{attempt:03}", attempt);
    assert_eq!(message(call), "003");
    assert_eq!(fields(call), [("attempt".into(), 3.into())]);

    let call = || info!("{action}!", action = "login");
    assert_eq!(message(call), "login!");
    assert_eq!(fields(call), [("action".into(), text("login"))]);
}

#[test]
fn a_named_argument_may_be_no_value() {
    #[derive(Debug)]
    struct Shown;
    impl std::fmt::Display for Shown {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.pad("shown")
        }
    }
    let call = || info!("{a:>7} {b:?} {c}", a = Shown, b = Shown, c = %Shown);
    assert_eq!(message(call), "  shown Shown shown");
    let fields: Vec<_> = fields(call)
        .into_iter()
        .map(|(name, value)| (name, value.to_string()))
        .collect();
    let expected = [("a", "shown"), ("b", "Shown"), ("c", "shown")];
    assert_eq!(
        fields,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn a_named_width_is_no_field() {
    let call = || info!("{:w$.p$}|", 1.5, w = 6, p = 2);
    assert_eq!(message(call), "  1.50|");
    assert_eq!(fields(call), []);
}

#[test]
fn the_message_may_come_last() {
    let (a, y) = (1, 2);
    let call = || info!(a, b = true, "x {} {}", y, 3, c = 'c');
    assert_eq!(message(call), "x 2 3");
    assert_eq!(
        fields(call),
        [
            ("a".into(), 1.into()),
            ("b".into(), true.into()),
            ("c".into(), 'c'.into())
        ]
    );
}

#[test]
fn a_field_in_front_of_the_message_is_not_its_argument() {
    let attempt = "outer";
    let call = || info!(attempt = 1, "{attempt}");
    assert_eq!(message(call), "outer");
    assert_eq!(fields(call), [("attempt".into(), 1.into())]);
}

#[test]
fn a_macro_may_give_the_message() {
    assert_eq!(
        message(|| info!(concat!("a", "b", 1, '-', true))),
        "ab1-true"
    );
    assert_eq!(message(|| info!(concat!("a{}", "{b}"), 1, b = 2)), "a12");
    assert_eq!(message(|| info!(concat!("a{{", "}}"))), "a{}");
    assert_eq!(message(|| info!(stringify!(a + b))), "a + b");
    assert_eq!(
        message(|| info!(stringify!(plain {}), 7)),
        format!(stringify!(plain {}), 7)
    );
    assert_eq!(message(|| info!(a = 1, concat!("a", "{}"), 7)), "a7");
    assert_eq!(message(|| info!(env!("CARGO_PKG_NAME"))), "ttlog");
}

#[test]
fn a_message_may_pass_through_macros() {
    macro_rules! with_literal {
        ($message:literal, $value:expr) => {
            info!($message, $value, third = $value)
        };
    }
    macro_rules! with_expression {
        ($message:expr, $($name:ident = $value:expr),*) => { info!($message, $($name = $value),*) };
    }
    let value = 2;
    let call = || with_literal!("{} {value}", value + 1);
    assert_eq!(message(call), "3 2");
    assert_eq!(fields(call), [("third".into(), 3.into())]);
    let call = || with_expression!("{value}!", value = 1 + 1, other = "text");
    assert_eq!(message(call), "2!");
    assert_eq!(
        fields(call),
        [("value".into(), 2.into()), ("other".into(), text("text"))]
    );
}
