//! The same death with a snapshot, with a black box, and without any record.

use std::os::unix::fs::PermissionsExt;

use crate::child::process::End;
use crate::child::{Mode, Scene};
use crate::remains::number;

/// A way to die, and what has to be told of it.
pub(crate) struct SameDeath<'a> {
    /// The ignored test that dies.
    pub(crate) body: &'a str,
    pub(crate) way: &'a str,
    /// The signal that the record is of.
    pub(crate) reported: i32,
    /// The address, where it is known before.
    pub(crate) address: Option<&'a str>,
    /// The name of the thread that dies, where it can be but one.
    pub(crate) thread: Option<&'a str>,
}

impl SameDeath<'_> {
    /// Dies of `signal` in all modes.
    #[track_caller]
    pub(crate) fn assert(&self, signal: i32) {
        let plain = Scene::new();
        let without = plain.run(self.body, Mode::Without, self.way);
        assert_eq!(without.signal().0, signal, "{}", without.stderr);
        assert_eq!(plain.files().len(), 0);
        for mode in [Mode::File, Mode::Box] {
            let scene = Scene::new();
            let death = scene.run(self.body, mode, self.way);
            assert_eq!(death.signal(), without.signal(), "{}", death.stderr);
            self.assert_said(&without, &death);
            self.assert_recorded(&scene, mode, &death);
        }
    }

    /// One line more on stderr, and everything that others say there.
    #[track_caller]
    fn assert_said(&self, without: &End, death: &End) {
        let own = |line: &&str| line.contains("ttlog: crashed: ");
        let said = death.stderr.lines().filter(own).count();
        assert_eq!(said, 1, "{}", death.stderr);
        if self.thread.is_none() {
            return;
        }
        let others = |death: &End| death.stderr.lines().filter(|line| !own(line)).count();
        assert_eq!(others(death), others(without), "{}", death.stderr);
    }

    #[track_caller]
    fn assert_recorded(&self, scene: &Scene, mode: Mode, death: &End) {
        let remains = scene.remains(mode);
        remains.assert_whole(2, self.reported);
        let crash = remains.crash();
        let address = crash.field("address").and_then(|value| value.as_str());
        if self.address.is_some() {
            assert_eq!(address, self.address);
        }
        if let Some(thread) = self.thread {
            let told = format!("in thread {thread}");
            assert!(remains.reason.ends_with(&told), "{}", remains.reason);
            assert_eq!(crash.thread_name.as_deref(), Some(thread));
        }
        assert!(number(crash, "os_thread_id").unwrap() > 0);
        if mode == Mode::Box {
            let path = scene.black_box();
            assert!(
                death.stderr.contains(path.to_str().unwrap()),
                "{}",
                death.stderr
            );
            return;
        }
        let path = remains.path.to_str().unwrap();
        assert!(death.stderr.contains(path), "{}", death.stderr);
        let name = remains.path.file_name().unwrap().to_str().unwrap();
        assert!(name.starts_with("crash_test-"), "{name}");
        assert!(name.ends_with(".ttlog"), "{name}");
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
