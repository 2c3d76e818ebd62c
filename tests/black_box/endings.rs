//! How a run ended, as the next one tells it.

use std::fs;

use crate::child::{KEPT, Scene, process};

const CAPACITY: usize = 1 << 20;

/// Runs the child to its end; gives what the next start has saved.
fn after(ending: &str) -> Option<crate::remains::Remains> {
    let scene = Scene::new();
    scene.run(ending, CAPACITY);
    let remains = scene.remains();
    if let Some(remains) = &remains {
        assert!(scene.assert_nothing_is_missing(remains, CAPACITY) > 0);
    }
    remains
}

#[test]
fn nothing_is_saved_of_a_run_that_ended_well() {
    assert!(after("returns").is_none());
    assert!(after("exits").is_none());
}

#[test]
fn a_run_that_was_aborted_or_left_without_a_word_is_saved() {
    assert!(after("aborts").unwrap().reason.contains("was killed"));
    assert!(
        after("leaves without a word")
            .unwrap()
            .reason
            .contains("was killed")
    );
}

#[test]
fn runs_that_end_badly_again_and_again_do_not_fill_the_disk() {
    let scene = Scene::new();
    let saved = || fs::read_dir(scene.snapshots()).map_or(0, Iterator::count);
    for run in 0..KEPT + 3 {
        scene.run("aborts", CAPACITY);
        // The first has nothing to save.
        assert_eq!(saved(), run.min(KEPT));
    }
}

#[test]
fn a_child_of_fork_neither_logs_into_the_black_box_nor_keeps_it() {
    let scene = Scene::new();
    let mut child = scene.start("forks, and leaves without a word", CAPACITY);
    assert!(process::wait(&mut child).unwrap().success());
    // The forked child is there yet.
    let remains = scene.remains().unwrap();
    let forked = fs::read_to_string(scene.path().join("forked")).unwrap();
    // SAFETY: a plain system call; nobody has reaped the process.
    let killed = unsafe { libc::kill(forked.parse().unwrap(), libc::SIGKILL) };
    assert_eq!(killed, 0);
    scene.assert_nothing_is_missing(&remains, CAPACITY);
    let messages: Vec<_> = remains.events.iter().map(|event| &*event.message).collect();
    assert_eq!(messages[0], "before the fork");
    assert!(!messages.contains(&"from the child"));
}

#[test]
fn a_panic_before_the_end_is_told() {
    let remains = after("panics and aborts").unwrap();
    assert!(
        remains.reason.contains("had panicked"),
        "{}",
        remains.reason
    );
}

#[cfg(feature = "signals")]
#[test]
fn a_fatal_signal_is_told_with_its_thread_and_its_address() {
    let crashed = after("crashes").unwrap();
    let told = "crashed: SIGSEGV (11) at 0x10 in thread child::body";
    assert_eq!(crashed.reason, told);
    let last = crashed.events.last().unwrap();
    assert_eq!((&*last.target, &*last.message), ("signal", &told[9..]));
    let aborted = after("has no memory").unwrap();
    assert_eq!(aborted.reason, "crashed: SIGABRT (6) in thread child::body");
}
