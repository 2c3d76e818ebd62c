//! `#[instrument]` on functions of all kinds.

use std::cell::Cell;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ttlog::{LogLevel, info, instrument};

use crate::support::{told, told_at};

#[instrument]
fn checkout(user_id: u64, currency: &str) -> u64 {
    info!("paid");
    user_id + 1
}

#[test]
fn a_call_is_a_span_with_the_parameters() {
    assert_eq!(
        told(|| assert_eq!(checkout(7, "EUR"), 8)),
        [
            "INFO begin checkout user_id=7 currency=EUR",
            "checkout: INFO paid",
            "INFO end checkout",
        ]
    );
}

struct Opaque;

#[derive(Debug)]
struct Shown(#[expect(dead_code, reason = "it is shown")] u8);

#[expect(clippy::too_many_arguments, reason = "one of each kind")]
#[instrument]
fn kinds<T, D: Debug>(
    (x, [y, ..]): (i8, [u8; 2]),
    &z: &char,
    _: u8,
    mut list: Vec<f32>,
    error: std::fmt::Error,
    opaque: &Opaque,
    shown: Option<Shown>,
    unknown: T,
    known: D,
    anything: impl Copy,
    r#type: bool,
    work: fn(),
) {
    list.clear();
    let _ = (
        x, y, z, error, opaque, shown, unknown, known, anything, r#type, work,
    );
}

#[test]
fn parameters_keep_their_types_or_are_shown_or_named() {
    fn work() {}
    let told = told(|| {
        kinds(
            (1, [2, 3]),
            &'z',
            0,
            vec![0.5],
            std::fmt::Error,
            &Opaque,
            Some(Shown(4)),
            5,
            6,
            7,
            true,
            work,
        )
    });
    let begin = &told[0];
    for part in [
        "kinds x=1 y=2 z=z list=[0.5] error=an error occurred when formatting an argument opaque=<",
        "functions::Opaque> shown=Some(Shown(4)) unknown=<i32> known=6 anything=<i32> type=true work=0x",
    ] {
        assert!(begin.contains(part), "{begin}");
    }
    assert_eq!(told.len(), 2);
}

#[instrument(skip(secret))]
fn skipped(a: u8, secret: &str) -> usize {
    secret.len() + usize::from(a)
}

#[instrument(skip_all, fields(length = secret.len(), ?secret, kind = "constant"))]
fn chosen(a: u8, secret: &str) -> usize {
    secret.len() + usize::from(a)
}

#[instrument(only(a))]
fn only(a: u8, secret: &str) -> usize {
    secret.len() + usize::from(a)
}

#[instrument(fields(a = a + 1, b.c = %b))]
fn replaced(a: u8, b: u8) -> u8 {
    a + b
}

#[test]
fn fields_are_chosen() {
    let begin = |work: fn()| told(work).remove(0);
    assert_eq!(
        begin(|| assert_eq!(skipped(1, "no"), 3)),
        "INFO begin skipped a=1"
    );
    assert_eq!(
        begin(|| assert_eq!(chosen(1, "no"), 3)),
        "INFO begin chosen length=2 secret=\"no\" kind=constant"
    );
    assert_eq!(
        begin(|| assert_eq!(only(1, "no"), 3)),
        "INFO begin only a=1"
    );
    assert_eq!(
        begin(|| assert_eq!(replaced(1, 2), 3)),
        "INFO begin replaced b=2 a=2 b.c=2"
    );
}

const NAME: &str = "constant";

#[instrument(name = "given", level = "DEBUG", target = "elsewhere")]
fn named() {}

#[instrument(name = NAME, level = LogLevel::Warn)]
fn named_by_constant() {}

#[instrument(target = target)]
fn computed_target(target: &str) {
    let _ = target;
}

#[instrument(parent = parent)]
fn with_parent(parent: Option<u64>) {
    info!("within");
    let _ = parent;
}

#[test]
fn name_level_target_and_parent_are_given() {
    let (handle, memory) = crate::support::pipeline(LogLevel::Trace);
    handle.scope(|| {
        named();
        named_by_constant();
        computed_target("computed");
        let _around = ttlog::span!("around");
        with_parent(None);
        with_parent(Some(17));
    });
    assert!(handle.flush());
    let records = memory.events();
    let begin = |name: &'static str| records.iter().filter(move |record| record.message == name);
    let given = begin("given").next().unwrap();
    assert_eq!(
        (&*given.target, given.level),
        ("elsewhere", LogLevel::Debug)
    );
    assert_eq!(begin("constant").next().unwrap().level, LogLevel::Warn);
    assert_eq!(begin("computed_target").next().unwrap().target, "computed");
    let parents = begin("with_parent").filter(|record| record.field("duration_ns").is_none());
    let parents: Vec<_> = parents.map(|begin| begin.span_id.map(u64::from)).collect();
    assert_eq!(parents, [None, Some(17)]);
}

#[test]
fn the_line_is_that_of_the_function() {
    let (handle, memory) = crate::support::pipeline(LogLevel::Trace);
    handle.scope(|| assert_eq!(checkout(1, ""), 2));
    assert!(handle.flush());
    let lines: Vec<_> = memory.events().iter().map(|record| record.line).collect();
    let source = include_str!("functions.rs");
    let line = |text: &str| {
        source
            .lines()
            .position(|line| line.contains(text))
            .map(|line| line as u32 + 1)
    };
    assert_eq!(lines[0], line("fn checkout("));
    assert_eq!(lines[1], line("info!(\"paid\")"));
}

struct Account {
    number: u64,
}

trait Bank {
    fn transfer(&self, amount: f64) -> f64;

    #[instrument(skip_all)]
    fn provided(&self) -> f64 {
        self.transfer(1.0)
    }
}

impl Account {
    #[instrument(fields(number = self.number))]
    fn open(self, by: &'static str) -> Self {
        let _ = by;
        self
    }

    #[instrument(skip_all)]
    fn rename<'a>(&'a mut self, numbers: &'a mut Vec<u64>) -> Result<&'a mut u64, ()> {
        numbers.push(self.number);
        numbers.last_mut().ok_or(())
    }

    #[instrument]
    fn count_up(&mut self) -> std::fmt::Result {
        self.number += 1;
        Ok(())
    }
}

impl Bank for Account {
    #[instrument(fields(%self.number))]
    fn transfer(&self, amount: f64) -> f64 {
        amount * 2.0
    }
}

#[test]
fn methods_are_instrumented() {
    let told = told(|| {
        let mut account = Account { number: 5 }.open("Ada");
        assert_eq!(account.provided(), 2.0);
        let mut numbers = vec![1];
        *account.rename(&mut numbers).unwrap() += 1;
        assert_eq!(numbers, [1, 6]);
        account.count_up().unwrap();
        assert_eq!(account.number, 6);
    });
    assert_eq!(
        told,
        [
            "INFO begin open by=Ada number=5",
            "INFO end open",
            "INFO begin provided",
            "provided: INFO begin transfer amount=1.0 self.number=5",
            "INFO end transfer",
            "INFO end provided",
            "INFO begin rename",
            "INFO end rename",
            "INFO begin count_up",
            "INFO end count_up",
        ]
    );
}

#[instrument]
fn squares<'a, const N: usize, T>(numbers: &'a [T; N]) -> impl Iterator<Item = u64> + 'a
where
    T: Copy + Into<u64> + Debug,
{
    numbers.iter().map(|number| (*number).into().pow(2))
}

#[instrument]
fn checked(number: u64) -> Result<impl Iterator<Item = u64>, String> {
    if number == 0 {
        return Err("none".into());
    }
    Ok(0..number)
}

#[instrument]
unsafe extern "C" fn foreign(number: u32) -> u32 {
    #![expect(unused_variables, reason = "an inner attribute is the function's")]
    let nothing = 5;
    number
}

#[instrument]
fn shared(cell: &Cell<u8>) -> u8 {
    if cell.get() > 2 {
        return cell.get();
    }
    cell.set(cell.get() + 1);
    shared(cell)
}

#[instrument]
fn never(code: i32) -> ! {
    panic!("code {code}")
}

#[test]
fn signatures_stay_as_they_are() {
    let told = told(|| {
        assert_eq!(squares(&[1_u8, 2]).sum::<u64>(), 5);
        assert_eq!(checked(3).unwrap().sum::<u64>(), 3);
        assert!(checked(0).is_err());
        // SAFETY: it does nothing.
        assert_eq!(unsafe { foreign(3) }, 3);
        assert_eq!(shared(&Cell::new(2)), 3);
    });
    assert_eq!(told.len(), 12);
    assert_eq!(told[0], "INFO begin squares numbers=[1, 2]");
    assert_eq!(told[5], "INFO end checked outcome=error");
}

#[instrument]
fn attempt(text: &str) -> Result<u64, std::num::ParseIntError> {
    let number: u64 = text.parse()?;
    if number > 9 {
        return Ok(9);
    }
    Ok(number)
}

#[test]
fn an_end_tells_how_the_call_ended() {
    assert_eq!(
        told(|| assert!(attempt("12").is_ok()))[1],
        "INFO end attempt"
    );
    assert_eq!(
        told(|| assert!(attempt("x").is_err()))[1],
        "INFO end attempt outcome=error"
    );
    let told = told(|| {
        assert!(catch_unwind(AssertUnwindSafe(|| never(3))).is_err());
        info!("outside");
    });
    assert_eq!(told[0], "INFO begin never code=3");
    assert_eq!(told[told.len() - 2], "INFO end never outcome=panicked");
    assert_eq!(told[told.len() - 1], "INFO outside");
}

#[test]
fn nothing_is_looked_at_where_the_span_is_not_wanted() {
    struct Silent;

    impl Debug for Silent {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            unreachable!()
        }
    }

    #[instrument(level = "debug", fields(b = unreachable()))]
    fn quiet(a: Silent) -> u8 {
        let _ = a;
        5
    }

    fn unreachable() -> u8 {
        unreachable!()
    }

    assert_eq!(
        told_at(LogLevel::Info, || assert_eq!(quiet(Silent), 5)),
        [""; 0]
    );
}

/// What a future gives.
fn ready<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

#[instrument(err, skip(absent))]
async fn conditional(
    #[cfg(not(test))] absent: NoType,
    #[cfg(test)] mut present: u8,
    #[allow(unused_variables, reason = "an attribute of a parameter stays one")] unused: u8,
) -> Result<u8, String> {
    present += 1;
    Ok(present)
}

#[instrument]
fn conditional_too(#[cfg(not(test))] absent: NoType, #[cfg(test)] present: u8) -> u8 {
    present
}

#[test]
fn parameters_behind_a_condition_are_no_fields() {
    let told = told(|| {
        assert_eq!(ready(conditional(1, 2)), Ok(2));
        assert_eq!(conditional_too(3), 3);
    });
    assert_eq!(
        told,
        [
            "INFO begin conditional unused=2",
            "INFO end conditional",
            "INFO begin conditional_too",
            "INFO end conditional_too",
        ]
    );
}

/// Tells when it is dropped.
struct Told(&'static str);

impl Drop for Told {
    fn drop(&mut self) {
        info!("dropped", who = self.0);
    }
}

fn plain_order(a: Told, (b, mut c): (Told, Told), d: Told) {
    c.0 = "changed";
    let _ = (&a, &d, &b, &c);
}

#[instrument(skip_all)]
fn order_where_it_may_fail(a: Told, (b, mut c): (Told, Told), d: Told) -> Result<(), String> {
    c.0 = "changed";
    let _ = (&a, &d, &b, &c);
    Ok(())
}

#[instrument(skip_all)]
async fn order_later(a: Told, (b, mut c): (Told, Told), d: Told) {
    c.0 = "changed";
    let _ = (&a, &d, &b, &c);
}

#[test]
fn parameters_are_dropped_in_the_order_of_the_function() {
    let four = || (Told("a"), (Told("b"), Told("c")), Told("d"));
    let dropped = |work: fn(Told, (Told, Told), Told)| {
        let told = told(|| {
            let (a, pair, d) = four();
            work(a, pair, d);
        });
        let who = told.iter().filter_map(|line| line.split_once("who="));
        who.map(|(_, who)| who.to_owned()).collect::<Vec<_>>()
    };
    let order = dropped(plain_order);
    assert_eq!(order, ["d", "changed", "b", "a"]);
    assert_eq!(
        dropped(|a, pair, d| order_where_it_may_fail(a, pair, d).unwrap()),
        order
    );
    assert_eq!(dropped(|a, pair, d| ready(order_later(a, pair, d))), order);
}

#[instrument(ret)]
fn gives_opaque() -> Opaque {
    Opaque
}

#[test]
fn a_type_is_named_as_it_is_returned() {
    let told = told(|| {
        let _ = gives_opaque();
    });
    assert!(told[1].contains("return=<"), "{}", told[1]);
    assert!(!told[1].contains('&'), "{}", told[1]);
}

/// What is said of these functions would be said of the expansion.
#[deny(clippy::pedantic, unused)]
mod pedantic {
    use std::future::Future;
    use std::pin::Pin;

    use ttlog::instrument;

    #[instrument]
    pub(super) fn items_first(_recorded: u8) -> &'static str {
        use std::any::type_name;
        type_name::<u8>()
    }

    #[instrument(err, skip(_skipped))]
    pub(super) fn items_first_where_it_may_fail(_skipped: u8) -> Result<u8, String> {
        const ONE: u8 = 1;
        u8::try_from(u64::from(ONE)).map_err(|error| error.to_string())
    }

    #[instrument]
    pub(super) async fn items_first_later(_recorded: u8) -> u8 {
        use std::future::ready;
        ready(1).await
    }

    #[instrument(skip_all)]
    pub(super) fn items_first_in_future(number: u8) -> Pin<Box<dyn Future<Output = u8>>> {
        use std::future::ready;
        Box::pin(async move { ready(number).await })
    }

    #[instrument]
    pub(super) fn one_expression(number: u8) -> u8 {
        number
    }
}

#[test]
fn no_lint_blames_a_function_for_the_expansion() {
    let told = told(|| {
        assert_eq!(pedantic::items_first(1), "u8");
        assert_eq!(pedantic::items_first_where_it_may_fail(1), Ok(1));
        assert_eq!(ready(pedantic::items_first_later(1)), 1);
        assert_eq!(ready(pedantic::items_first_in_future(1)), 1);
        assert_eq!(pedantic::one_expression(1), 1);
    });
    assert_eq!(told[0], "INFO begin items_first _recorded=1");
    assert_eq!(told.len(), 10);
}
