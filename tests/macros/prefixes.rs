//! `target:`, `name:` and `parent:`.

use ttlog::{LogLevel, enabled, info, log};

use crate::support::{User, event, fields};

const TARGET: &str = "constant";
static STATIC_TARGET: &str = "static";

struct Component;

impl Component {
    const TARGET: &str = "associated";

    fn log(&self) {
        info!(target: Self::TARGET, "text");
    }
}

trait Named {
    const NAME: &'static str;
}

impl Named for Component {
    const NAME: &'static str = "of a type";
}

fn log_for<T: Named>(_: &T) {
    info!(target: T::NAME, "text");
}

#[test]
fn the_target_is_the_module() {
    assert_eq!(event(|| info!("text")).target, module_path!());
}

#[test]
fn a_target_may_be_constant() {
    assert_eq!(event(|| info!(target: "literal", "text")).target, "literal");
    assert_eq!(event(|| info!(target: TARGET, "text")).target, "constant");
    assert_eq!(
        event(|| info!(target: STATIC_TARGET, "text")).target,
        "static"
    );
    assert_eq!(
        event(|| info!(target: crate::prefixes::TARGET, "text")).target,
        "constant"
    );
    assert_eq!(
        event(|| info!(target: concat!("a", "::b"), "text")).target,
        "a::b"
    );
    assert_eq!(
        event(|| info!(target: module_path!(), "text")).target,
        module_path!()
    );
    assert_eq!(event(|| info!(target: "literal")).target, "literal");
}

#[test]
fn a_target_may_be_computed() {
    let (borrowed, owned) = ("borrowed", String::from("owned"));
    assert_eq!(event(|| info!(target: borrowed, "text")).target, "borrowed");
    assert_eq!(event(|| info!(target: owned, "text")).target, "owned");
    assert_eq!(
        event(|| info!(target: &owned, a = 1, "text")).target,
        "owned"
    );
    assert_eq!(
        event(|| info!(target: &format!("{}::b", "a"), "text {}", 1)).target,
        "a::b"
    );
    assert_eq!(event(|| Component.log()).target, "associated");
    assert_eq!(event(|| log_for(&Component)).target, "of a type");
    assert_eq!(
        event(|| log!(target: borrowed, LogLevel::Warn, "text")).target,
        "borrowed"
    );
    assert!(enabled!(target: &owned, LogLevel::Error));
}

#[test]
fn an_event_may_have_a_name() {
    assert_eq!(
        event(|| info!(name: "refusal", "text")).name.as_deref(),
        Some("refusal")
    );
    assert_eq!(
        event(|| info!(name: TARGET, "text")).name.as_deref(),
        Some("constant")
    );
    assert_eq!(event(|| info!("text")).name, None);
}

#[test]
fn an_event_may_have_a_parent() {
    let span = |id: Option<u64>| event(|| info!(parent: id, "text")).span_id.map(u64::from);
    assert_eq!(span(Some(7)), Some(7));
    assert_eq!(span(None), None);
    assert_eq!(
        event(|| info!(parent: 7u64, "text")).span_id.map(u64::from),
        Some(7)
    );
    assert_eq!(
        event(|| info!(parent: &7u64, "text"))
            .span_id
            .map(u64::from),
        Some(7)
    );
    assert_eq!(event(|| info!(parent: None, "text")).span_id, None);
}

#[test]
fn prefixes_come_in_any_order() {
    let user = User { id: 3 };
    let event = event(|| info!(parent: user.id, target: "t", name: "n", a = 1, "text {}", 2));
    assert_eq!(
        (&*event.target, event.name.as_deref(), &*event.message),
        ("t", Some("n"), "text 2")
    );
    assert_eq!(event.span_id.map(u64::from), Some(3));
    assert_eq!(
        fields(|| info!(name: "n", target: TARGET, a = 1)),
        [("a".into(), 1.into())]
    );
}

#[test]
fn the_words_of_prefixes_are_names_of_fields_too() {
    let target = "t";
    let call = || info!(name = 1, target, parent:? = 2, target:debug = 3, "text");
    let names: Vec<_> = fields(call)
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(names, ["name=1", "target=t", "parent=2", "target=3"]);
    assert_eq!(fields(|| info!(target:?, "text")).len(), 1);
}
