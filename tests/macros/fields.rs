//! The names of fields and the ways in which values are recorded.

use std::time::Duration;

use ttlog::{FieldValue, error, info};

use crate::support::{Failure, User, fields, message, shown, text, value};

#[test]
fn values_keep_their_types() {
    let owned = String::from("owned");
    assert_eq!(value(|| info!(x = 1)), FieldValue::from(1));
    assert_eq!(value(|| info!(x = -1i8)), FieldValue::from(-1i8));
    assert_eq!(value(|| info!(x = 1u16)), FieldValue::from(1u16));
    assert_eq!(value(|| info!(x = u64::MAX)), FieldValue::from(u64::MAX));
    assert_eq!(value(|| info!(x = i128::MIN)), FieldValue::from(i128::MIN));
    assert_eq!(value(|| info!(x = 1.5)), FieldValue::from(1.5));
    assert_eq!(value(|| info!(x = true)), FieldValue::from(true));
    assert_eq!(value(|| info!(x = 'x')), FieldValue::from('x'));
    assert_eq!(value(|| info!(x = owned)), text("owned"));
    assert_eq!(value(|| info!(x = &owned[1..])), text("wned"));
    assert_eq!(value(|| info!(x = Some(1))), FieldValue::from(1));
    assert_eq!(value(|| info!(x = None::<u8>)), FieldValue::None);
    assert_eq!(
        value(|| info!(x = Duration::from_secs(2))),
        FieldValue::from(Duration::from_secs(2))
    );
    assert_eq!(
        value(|| info!(x = *b"ab")),
        FieldValue::Bytes(b"ab".to_vec())
    );
    assert_eq!(value(|| info!(x = User { id: 7 })), FieldValue::from(7u64));
    assert_eq!(owned, "owned");
}

#[test]
fn a_text_that_is_always_the_same_is_a_field() {
    assert_eq!(value(|| info!(x = "constant")), text("constant"));
    assert_eq!(value(|| info!(x = %"constant")), text("constant"));
    assert_eq!(
        value(|| info!(x = ?"constant")),
        FieldValue::Debug("\"constant\"".into())
    );
    assert_eq!(value(|| info!(x = concat!("a", 1))), text("a1"));
}

#[test]
fn errors_are_recorded_with_their_sources() {
    let failure = Failure;
    let expected = FieldValue::Error(vec!["it failed".into(), "because".into()]);
    assert_eq!(value(|| error!(failure)), expected);
    assert_eq!(value(|| error!(error = Failure)), expected);
    assert_eq!(value(|| error!(error = &Failure)), expected);
    assert_eq!(value(|| error!("failed", error:err = failure)), expected);
    let boxed: Box<dyn std::error::Error + Send + Sync> = Box::new(Failure);
    assert_eq!(value(|| error!(error = boxed)), expected);
}

#[test]
fn sigils_record_text() {
    let path = std::path::Path::new("/tmp");
    assert_eq!(
        value(|| info!(x = ?path)),
        FieldValue::Debug("\"/tmp\"".into())
    );
    assert_eq!(
        value(|| info!(x = %path.display())),
        FieldValue::Display("/tmp".into())
    );
    assert_eq!(value(|| info!(x = %1 + 1)), FieldValue::Display("2".into()));
    assert_eq!(
        value(|| info!("message", ?path)),
        FieldValue::Debug("\"/tmp\"".into())
    );
}

#[test]
fn a_bare_name_is_a_field() {
    struct State {
        user: User,
        pair: (u8, (u8, u8)),
    }
    impl State {
        fn log(&self) {
            let user_id = 1;
            info!(user_id, %user_id, ?self.user, self.user.id, self.pair.0, "message", self.pair.1.1);
        }
    }
    let state = State {
        user: User { id: 2 },
        pair: (3, (4, 5)),
    };
    let expected: [(String, FieldValue); 6] = [
        ("user_id".into(), 1.into()),
        ("user_id".into(), FieldValue::Display("1".into())),
        (
            "self.user".into(),
            FieldValue::Debug("User { id: 2 }".into()),
        ),
        ("self.user.id".into(), 2u64.into()),
        ("self.pair.0".into(), 3u8.into()),
        ("self.pair.1.1".into(), 5u8.into()),
    ];
    assert_eq!(fields(|| state.log()), expected);
}

#[test]
fn names_may_have_dots_and_quotes_and_be_keywords() {
    let r#type = 4;
    let call = || {
        info!(
            http.status = 200,
            "any text" = 1,
            "constant text" = "v",
            type = 2,
            r#match = 3,
            r#type,
            self.r#fn.x = 5,
            "message"
        );
    };
    let names: Vec<_> = fields(call)
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        names,
        [
            "http.status=200",
            "any text=1",
            "constant text=v",
            "type=2",
            "match=3",
            "type=4",
            "self.fn.x=5"
        ]
    );
}

#[test]
fn names_may_be_computed() {
    const KEY: &str = "constant";
    let (owned, borrowed) = (String::from("owned"), "borrowed");
    let call = || {
        info!("{}", 0, { KEY } = 1, { owned } = %2, { borrowed } = "3", { format!("k{}", 4) } = ?4, last = 5);
    };
    assert_eq!(message(call), "0");
    // The names that the call site knows come first.
    let names: Vec<_> = fields(call)
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        names,
        ["last=5", "constant=1", "owned=2", "borrowed=3", "k4=4"]
    );
    assert_eq!(owned, "owned");
}

#[test]
fn a_name_may_stand_twice() {
    assert_eq!(
        fields(|| info!(a = 1, a = 2)),
        [("a".into(), 1.into()), ("a".into(), 2.into())]
    );
}

#[test]
fn the_field_message_is_the_message_where_there_is_no_other() {
    assert_eq!(message(|| info!(message = "text", a = 1)), "text");
    assert_eq!(message(|| info!(message = "{text}")), "{text}");
    assert_eq!(message(|| info!(message = %format!("te{}", "xt"))), "text");
    assert_eq!(message(|| info!(message = ?Some(1))), "Some(1)");
    assert_eq!(message(|| info!(message = 5, "text")), "text");
    assert_eq!(
        fields(|| info!(message = "text", a = 1)),
        [("a".into(), 1.into())]
    );
    assert_eq!(
        fields(|| info!(message = 5, "text")),
        [("message".into(), 5.into())]
    );
}

#[test]
#[expect(
    clippy::redundant_closure_call,
    clippy::never_loop,
    clippy::let_and_return,
    reason = "the forms are what is tested"
)]
fn any_expression_is_a_value() {
    let list = [1, 2, 3];
    assert_eq!(
        value(|| info!(x = if list[0] == 0 { 0 } else { 1 })),
        FieldValue::from(1)
    );
    assert_eq!(
        value(|| info!(
            x = match list {
                [first, ..] => first,
            }
        )),
        FieldValue::from(1)
    );
    assert_eq!(
        value(|| info!(
            x = {
                let sum: i32 = list.iter().sum();
                sum
            },
        )),
        FieldValue::from(6)
    );
    assert_eq!(
        value(|| info!(
            x = list
                .iter()
                .map(|item| {
                    let twice = item * 2;
                    twice
                })
                .sum::<i32>()
        )),
        FieldValue::from(12)
    );
    assert_eq!(value(|| info!(x = list[0] == 1)), FieldValue::from(true));
    assert_eq!(
        value(|| info!(x = list.len() as u64 + 1)),
        FieldValue::from(4u64)
    );
    assert_eq!(value(|| info!(x = -list[0])), FieldValue::from(-1));
    assert_eq!(value(|| info!(x = &&list[0])), FieldValue::from(1));
    assert_eq!(
        value(|| info!(
            x = User {
                id: list.len() as u64
            }
        )),
        FieldValue::from(3u64)
    );
    assert_eq!(value(|| info!(x = "abc".len())), FieldValue::from(3usize));
    assert_eq!(
        value(|| info!(x = ?(1..3))),
        FieldValue::Debug("1..3".into())
    );
    assert_eq!(value(|| info!(x = ?1..3)), FieldValue::Debug("1..3".into()));
    assert_eq!(
        value(|| info!(x = (|a: i32| a + 1)(1))),
        FieldValue::from(2)
    );
    assert_eq!(
        value(|| info!(x = std::mem::size_of::<(u8, u8)>())),
        FieldValue::from(2usize)
    );
    assert_eq!(
        value(|| info!(
            x = loop {
                break 5;
            }
        )),
        FieldValue::from(5)
    );
    // SAFETY: 7 is not 0.
    let call = || info!(x = unsafe { std::num::NonZero::new_unchecked(7u8) });
    assert_eq!(value(call), FieldValue::from(7u8));
    assert_eq!(value(|| info!(x = line!() > 0)), FieldValue::from(true));
}

#[test]
fn a_value_may_say_itself_how_it_is_recorded() {
    let shown = shown(|| info!(a = ttlog::field::display('x'), b = ttlog::field::debug('x')));
    assert_eq!(shown, ["a=x", "b='x'"]);
}
