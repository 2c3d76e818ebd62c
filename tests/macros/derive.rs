//! `#[derive(Fields)]`: what a type's fields are recorded as.

use std::fmt::Display;
use std::marker::PhantomData;
use std::path::PathBuf;

use ttlog::{FieldValue, Fields, Value, info};

use crate::support::{Failure, fields, shown};

#[test]
fn each_field_is_recorded_as_its_attribute_says() {
    #[derive(Fields)]
    struct Login<'a> {
        user: &'a str,
        #[field(rename = "http.status")]
        status: u16,
        #[field(display)]
        shown: std::num::Wrapping<u8>,
        #[field(debug, rename = "from")]
        path: PathBuf,
        #[field(redact)]
        #[expect(dead_code, reason = "it is not looked at")]
        password: String,
        #[field(skip)]
        _guard: PhantomData<u8>,
        cause: Failure,
        inner: Box<dyn std::error::Error>,
        #[field(error)]
        last: Option<Failure>,
        r#type: Option<bool>,
    }
    let login = Login {
        user: "Ada",
        status: 200,
        shown: std::num::Wrapping(7),
        path: "/tmp".into(),
        password: "secret".into(),
        _guard: PhantomData,
        cause: Failure,
        inner: Box::new(Failure),
        last: Some(Failure),
        r#type: None,
    };
    assert_eq!(
        shown(|| info!(login, "text")),
        [
            "user=Ada",
            "http.status=200",
            "shown=7",
            "from=\"/tmp\"",
            "password=[redacted]",
            "cause=it failed: because",
            "inner=it failed: because",
            "last=it failed: because",
            "type=None"
        ]
    );
}

#[test]
fn types_are_kept() {
    #[derive(Fields)]
    struct Typed {
        a: i8,
        b: Option<f64>,
        c: [u8; 2],
    }
    let typed = Typed {
        a: -1,
        b: Some(0.5),
        c: *b"xy",
    };
    let values: Vec<_> = fields(|| info!(typed))
        .into_iter()
        .map(|field| field.1)
        .collect();
    assert_eq!(
        values,
        [
            FieldValue::I64(-1),
            FieldValue::F64(0.5),
            FieldValue::Bytes(b"xy".to_vec())
        ]
    );
}

#[derive(Fields)]
struct Database {
    host: &'static str,
    #[field(prefix = "pool.")]
    pool: Pool,
}

#[derive(Fields)]
struct Pool {
    size: u32,
}

const DATABASE: Database = Database {
    host: "db1",
    pool: Pool { size: 4 },
};

#[test]
fn parts_are_flattened_or_get_a_prefix() {
    #[derive(Fields)]
    struct Request {
        #[field(flatten)]
        pool: Pool,
        #[field(prefix = "db.")]
        database: Database,
        #[field(prefix = "other.")]
        absent: Option<Database>,
        #[field(flatten)]
        boxed: Box<Pool>,
    }
    let request = Request {
        pool: Pool { size: 1 },
        database: DATABASE,
        absent: None,
        boxed: Box::new(Pool { size: 2 }),
    };
    assert_eq!(
        shown(|| info!(request)),
        ["size=1", "db.host=db1", "db.pool.size=4", "size=2"]
    );
}

#[test]
fn an_enum_says_which_variant() {
    #[derive(Fields)]
    enum Outcome {
        Done {
            rows: u64,
        },
        Retried(u8, #[field(rename = "reason")] &'static str),
        #[field(rename = "gone")]
        Lost,
    }
    for (outcome, expected) in [
        (Outcome::Done { rows: 3 }, &["kind=Done", "rows=3"][..]),
        (
            Outcome::Retried(2, "slow"),
            &["kind=Retried", "0=2", "reason=slow"],
        ),
        (Outcome::Lost, &["kind=gone"]),
    ] {
        assert_eq!(shown(|| info!(outcome)), expected);
    }

    #[derive(Fields)]
    #[ttlog(kind = "state")]
    enum State {
        Open,
    }
    assert_eq!(shown(|| info!(..State::Open)), ["state=Open"]);
}

#[test]
fn tuples_and_structs_without_fields() {
    #[derive(Fields)]
    struct Pair(u8, #[field(display)] Option<std::num::Wrapping<u8>>);
    #[derive(Fields)]
    struct Unit;
    #[derive(Fields)]
    #[expect(dead_code, reason = "there is none")]
    enum Never {}
    assert_eq!(
        shown(|| info!(..Pair(1, Some(std::num::Wrapping(2))))),
        ["0=1", "1=2"]
    );
    assert_eq!(shown(|| info!(..Pair(1, None))), ["0=1", "1=None"]);
    assert_eq!(shown(|| info!(..Unit)), [""; 0]);
}

#[test]
fn parameters_are_bound_as_their_fields_need() {
    trait Named {
        type Name;
        fn name(&self) -> Self::Name;
    }
    struct Fixed;
    impl Named for Fixed {
        type Name = &'static str;
        fn name(&self) -> &'static str {
            "fixed"
        }
    }
    #[derive(Fields)]
    struct Generic<'a, A, B: ?Sized, C, D: Named, const N: usize>
    where
        C: Copy,
    {
        a: Option<A>,
        #[field(display)]
        b: &'a B,
        #[field(flatten)]
        c: C,
        name: D::Name,
        #[field(skip)]
        _rest: PhantomData<(D, [u8; N])>,
    }
    #[derive(Fields)]
    struct Within<T> {
        #[field(prefix = "first.")]
        first: Chain<T>,
    }
    #[derive(Fields)]
    struct Chain<T> {
        link: T,
        #[field(prefix = "next.")]
        next: Option<Box<Chain<T>>>,
    }
    let chain = |link, next| Chain { link, next };
    let first = chain('a', Some(Box::new(chain('b', None))));
    assert_eq!(
        shown(|| info!(..Within { first })),
        ["first.link=a", "first.next.link=b"]
    );

    fn log<A: Value, B: Display + ?Sized>(a: A, b: &B) {
        let generic = Generic::<'_, _, _, _, Fixed, 3> {
            a: Some(a),
            b,
            c: &DATABASE,
            name: Fixed.name(),
            _rest: PhantomData,
        };
        info!(generic, "text");
    }
    assert_eq!(
        shown(|| log(1, "text")),
        ["a=1", "b=text", "host=db1", "pool.size=4", "name=fixed"]
    );
}
