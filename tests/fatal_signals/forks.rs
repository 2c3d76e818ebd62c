//! Crashes in a child of `fork`.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use libc::SIGSEGV;
use ttlog::SnapshotReader;
use ttlog::snapshot::fact;

use crate::child::{self, Mode, Scene};
use crate::ways;

#[test]
#[ignore = "a child process"]
fn body() {
    let Some(way) = child::way() else { return };
    let _handle = child::init();
    child::log_on_two_threads();
    // SAFETY: the child logs and crashes.
    let process = unsafe { libc::fork() };
    if process == 0 {
        if way == "logs" {
            ttlog::info!("in the child");
        }
        ways::die("read null");
    }
    let mut status = 0;
    // SAFETY: there is room for the answer.
    assert_eq!(unsafe { libc::waitpid(process, &mut status, 0) }, process);
    assert_eq!(ExitStatus::from_raw(status).signal(), Some(SIGSEGV));
    ways::die("read null");
}

#[test]
fn a_child_that_has_not_logged_leaves_its_parents_record_alone() {
    for mode in [Mode::File, Mode::Box] {
        let scene = Scene::new();
        let death = scene.run("forks::body", mode, "is silent");
        assert_eq!(death.signal().0, SIGSEGV);
        assert_eq!(death.stderr.matches("ttlog: crashed: ").count(), 1);
        scene.remains(mode).assert_whole(2, SIGSEGV);
    }
}

#[test]
fn a_child_that_has_logged_leaves_a_snapshot_of_its_own() {
    let scene = Scene::new();
    let death = scene.run("forks::body", Mode::File, "logs");
    assert_eq!(death.stderr.matches("ttlog: crashed: ").count(), 2);
    let mut all = scene.files().into_iter().map(|path| {
        let mut reader = SnapshotReader::open(path).unwrap();
        let events = reader.log_events().unwrap();
        let reason = reader.facts().text(fact::REASON).unwrap();
        assert!(reason.contains("SIGSEGV (11) at 0x10"), "{reason}");
        (events.len() as u64, events[0].message.clone())
    });
    let all = &mut all.by_ref().collect::<Vec<_>>();
    all.sort();
    let parents = (2 * child::EVENTS + 1, "a numbered event".to_owned());
    assert_eq!(*all, [(2, "in the child".to_owned()), parents]);
}
