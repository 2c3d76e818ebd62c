use std::sync::Barrier;
use std::thread;

use super::*;

struct Listed<'a>(&'a [&'a str]);

impl Names for Listed<'_> {
    fn each(&self, mut take: impl FnMut(Text<'_>) -> bool) {
        self.0.iter().all(|name| take(Text::Borrowed(name)));
    }
}

fn site(origin: &Origin<'_>, names: &[&str]) -> Option<&'static Site> {
    Site::with_names(Site::first(origin), origin, &Listed(names))
}

fn known<'a>(file: &'static str, line: u32, target: &'a str) -> Origin<'a> {
    Origin {
        level: LogLevel::Info,
        target,
        module_path: Text::Static("module"),
        file: Text::Static(file),
        line,
        message: "",
    }
}

fn is_same(one: Option<&'static Site>, other: Option<&'static Site>) -> bool {
    ptr::eq(one.unwrap(), other.unwrap())
}

#[test]
fn equal_origins_and_names_are_one_site_and_others_are_not() {
    let origin = known("equal.rs", 1, "target");
    let first = site(&origin, &["a", "b"]);
    let copied = String::from("target");
    assert!(is_same(
        first,
        site(&known("equal.rs", 1, &copied), &["a", "b"])
    ));
    let others = [
        (known("equal.rs", 2, "target"), &["a", "b"][..]),
        (known("other.rs", 1, "target"), &["a", "b"]),
        (known("equal.rs", 1, "other"), &["a", "b"]),
        (
            Origin {
                message: "said",
                ..origin
            },
            &["a", "b"],
        ),
        (
            Origin {
                level: LogLevel::Warn,
                ..origin
            },
            &["a", "b"],
        ),
        (
            Origin {
                module_path: Text::Static("else"),
                ..origin
            },
            &["a", "b"],
        ),
        (origin, &["a"]),
        (origin, &["a", "c"]),
        (origin, &["a", "b", "c"]),
    ];
    for (origin, names) in others {
        let other = site(&origin, names);
        assert!(!is_same(first, other), "{origin:?}");
        assert!(is_same(other, site(&origin, names)), "{origin:?}");
        let metadata = other.unwrap().metadata();
        assert_eq!(metadata.target, origin.target);
        assert_eq!(
            (metadata.line, &*metadata.message),
            (origin.line, origin.message)
        );
        assert!(
            metadata
                .fields
                .iter()
                .map(|field| &*field.name)
                .eq(names.iter().copied())
        );
    }
}

#[test]
fn a_target_where_another_one_stood_is_not_taken_for_it() {
    // All texts but the target have one address, as in the records of one call.
    fn of(target: &str) -> Origin<'_> {
        known("reused.rs", 1, target)
    }

    let mut buffer = String::from("conn-1");
    let first = site(&of(&buffer), &[]);
    let again = Site::at_once(&of(&buffer));
    assert!(is_same(first, again.map(|site| &**site)));
    buffer.replace_range(5.., "2");
    assert!(Site::at_once(&of(&buffer)).is_none());
    let second = site(&of(&buffer), &[]);
    assert!(!is_same(first, second));
    assert_eq!(second.unwrap().metadata().target, "conn-2");
}

#[test]
fn what_is_made_up_at_run_time_does_not_make_sites_without_end() {
    let of_place = (0..1_000_000)
        .filter(|n| site(&known("made_up.rs", 1, &n.to_string()), &[]).is_some())
        .count();
    assert_eq!(of_place, MOST_OF_A_PLACE);
    let names = (0..1_000)
        .filter(|n| site(&known("made_up.rs", 2, ""), &[&n.to_string()]).is_some())
        .count();
    assert_eq!(names, MOST_OF_A_PLACE);
    let unsure = |file: &str, target: &str| {
        let file = Text::Borrowed(file);
        site(
            &Origin {
                file,
                ..known("", 1, target)
            },
            &[],
        )
        .is_some()
    };
    let of_no_file = (0..100_000).filter(|n| unsure("", &n.to_string())).count();
    let of_files = (0..100_000).filter(|n| unsure(&n.to_string(), "")).count();
    assert_eq!(of_no_file + of_files, MOST_UNSURE);
    // Other places still have theirs.
    assert!(site(&known("made_up.rs", 3, ""), &["a"]).is_some());
}

#[test]
fn what_is_too_long_or_too_much_for_a_site_has_none() {
    let long = "x".repeat(LONGEST_NAME + 1);
    assert!(site(&known("long.rs", 1, &long), &[]).is_none());
    assert!(site(&known("long.rs", 1, ""), &[&long]).is_none());
    assert!(site(&known("long.rs", 1, ""), &["x"; MOST_NAMES + 1]).is_none());
    assert!(site(&known("long.rs", 1, ""), &["x"; MOST_NAMES]).is_some());
}

#[test]
fn threads_that_come_first_at_once_find_one_site() {
    const THREADS: usize = 4;
    let barrier = Barrier::new(THREADS);
    let find = || {
        let find = |line| {
            barrier.wait();
            site(&known("race.rs", line, "target"), &["a"]).unwrap()
        };
        (0..100).map(find).collect::<Vec<_>>()
    };
    let found: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(find)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for others in &found[1..] {
        assert!(
            others
                .iter()
                .zip(&found[0])
                .all(|(one, other)| ptr::eq(*one, *other))
        );
    }
}
