//! A child of `fork` has a connection of its own.

use ttlog::info;
use ttlog_test_otlp::{Collector, Received, Reply};

use crate::support::{number, run_child, sink, told_child};

fn pid_of(received: &Received) -> String {
    ttlog_test_otlp::resource_attribute(received, "process.pid").expect("a process")
}

#[test]
fn parent_and_child_send_what_is_theirs() {
    let collector = Collector::http(|_| Reply::Accept);
    run_child("forks::child_that_forks", &collector.url(), &[]);
    let requests = collector.accepted();
    let sent = |n: i64| -> Vec<String> {
        let has_it = |request: &&Received| {
            let mut records = request.log_records();
            records.any(|(_, record)| number(record, "n") == n)
        };
        requests.iter().filter(has_it).map(pid_of).collect()
    };
    let (before, of_child, of_parent) = (sent(0), sent(1), sent(2));
    assert_eq!(
        (before.len(), of_child.len(), of_parent.len()),
        (1, 1, 1),
        "each once"
    );
    assert_eq!(before, of_parent);
    assert_ne!(of_child, of_parent);
}

#[test]
#[ignore = "the child of another test"]
fn child_that_forks() {
    let Some(url) = told_child() else { return };
    let handle = ttlog::init()
        .stall_timeout(ttlog_test_otlp::PATIENCE)
        .sink(sink(url).build().unwrap())
        .init();
    info!("event", n = 0);
    assert!(handle.flush());
    // SAFETY: the child goes on in this very function, and ends by `_exit`.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        info!("event", n = 1);
        let flushed = handle.flush();
        // SAFETY: ends the process, without what the parent has registered.
        unsafe { libc::_exit(i32::from(!flushed)) };
    }
    info!("event", n = 2);
    let mut status = 0;
    // SAFETY: the child is this process's, and the pointer is to a variable.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert_eq!(status, 0);
    assert!(handle.flush());
}
