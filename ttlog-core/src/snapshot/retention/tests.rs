use std::fs::File;
use std::time::SystemTime;

use super::*;
use crate::snapshot::fact;

/// A directory of this test, removed at its end.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Directory {
        let path = std::env::temp_dir().join(format!("ttlog-keep-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Directory(path)
    }

    /// Makes a file of ten bytes.
    fn file(&self, name: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, [0; 10]).unwrap();
        path
    }

    /// A snapshot made in this second, or its partial file.
    fn snapshot(&self, second: u32, ending: &str) -> PathBuf {
        self.file(&format!(
            "shop-1-2026-01-30T23-59-{second:02}.000Z-0{ending}"
        ))
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The seconds of the snapshots that are there.
    fn seconds(&self) -> Vec<u32> {
        let names = self.names();
        names
            .iter()
            .map(|name| name[24..26].parse().unwrap())
            .collect()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn facts() -> Facts {
    let mut facts = Facts::default();
    facts.set_text(fact::SERVICE, "shop");
    facts
}

const KEEP_ALL: Keep = Keep {
    files: usize::MAX,
    bytes: u64::MAX,
};

#[test]
fn the_newest_stay_as_far_as_files_and_bytes_go() {
    for (keep, left) in [
        (KEEP_ALL, &[1, 2, 3, 4, 5][..]),
        (
            Keep {
                files: 3,
                ..KEEP_ALL
            },
            &[3, 4, 5],
        ),
        (
            Keep {
                bytes: 29,
                ..KEEP_ALL
            },
            &[4, 5],
        ),
        (
            Keep {
                files: 4,
                bytes: 30,
            },
            &[3, 4, 5],
        ),
        (Keep { files: 0, bytes: 0 }, &[5]),
    ] {
        let directory = Directory::new("newest");
        let paths = [3, 1, 4, 2, 5].map(|second| directory.snapshot(second, ".ttlog"));
        keep.enforce(&paths[4], &facts()).unwrap();
        assert_eq!(directory.seconds(), left, "{keep:?}");
    }
}

#[test]
fn the_file_just_written_stays_though_its_clock_was_behind() {
    let directory = Directory::new("written");
    let written = directory.snapshot(1, ".ttlog");
    directory.snapshot(2, ".ttlog");
    let keep = Keep {
        files: 1,
        ..KEEP_ALL
    };
    keep.enforce(&written, &facts()).unwrap();
    assert_eq!(directory.seconds(), [1]);
}

#[cfg(unix)]
#[test]
fn what_is_not_ttlogs_own_is_left_alone() {
    let directory = Directory::new("foreign");
    let other = directory.file("notes.ttlog");
    directory.file("shop-2-1-2026-01-30T23-59-01.000Z-0.ttlog");
    directory.file("shop-1-2026-01-30T23-59-01.000Z-0.ttlog.gz");
    let link = "shop-1-2026-01-30T23-59-02.000Z-0.ttlog";
    std::os::unix::fs::symlink(&other, directory.0.join(link)).unwrap();
    let folder = "shop-1-2026-01-30T23-59-03.000Z-0.ttlog";
    fs::create_dir(directory.0.join(folder)).unwrap();
    let written = directory.snapshot(9, ".ttlog");
    let before = directory.names();
    let keep = Keep { files: 0, bytes: 0 };
    keep.enforce(&written, &facts()).unwrap();
    assert_eq!(directory.names(), before);
}

#[test]
fn partial_files_go_when_nobody_can_be_writing_them_any_more() {
    let directory = Directory::new("partial");
    let age = |path: &Path, age: Duration| {
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    };
    let name = |pid: u64| format!("shop-{pid}-2026-01-30T23-59-01.000Z-0.ttlog.partial");
    let (own, gone) = (u64::from(std::process::id()), u64::MAX);
    let cases = [
        (name(own), LEFT_BEHIND_AFTER, true),
        (name(gone), Duration::ZERO, true),
        // Only `/proc` tells that it is gone.
        (
            name(gone - 1),
            LEFT_BEHIND_AFTER,
            !cfg!(target_os = "linux"),
        ),
        (name(own + 1_000_000_000), LEFT_BEHIND_ANYWAY_AFTER, false),
    ];
    for (name, old, _) in &cases {
        age(&directory.file(name), *old);
    }
    let written = directory.snapshot(9, ".ttlog");
    KEEP_ALL.enforce(&written, &facts()).unwrap();
    for (name, _, stays) in &cases {
        assert_eq!(directory.0.join(name).exists(), *stays, "{name}");
    }
    assert!(written.exists());
}

#[cfg(all(feature = "signals", unix))]
#[test]
fn what_crashes_have_left_is_looked_after_by_the_next_start() {
    let directory = Directory::new("crashes");
    let keep = Keep {
        files: 2,
        bytes: 1000,
    };
    keep.enforce_in(&directory.0, &facts()).unwrap();
    for second in [1, 4, 2, 3] {
        directory.snapshot(second, ".ttlog");
    }
    directory.snapshot(5, ".ttlog.partial");
    keep.enforce_in(&directory.0, &facts()).unwrap();
    assert_eq!(directory.seconds(), [3, 4, 5]);
}
