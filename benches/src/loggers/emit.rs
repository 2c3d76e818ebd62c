//! `emit` with `emit_file`, which formats in the calling thread and writes in batches in its own.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use super::Logger;
use crate::output::{Place, Scratch};
use crate::workloads::Workload;

/// How long a flush may take.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Emit {
    flush: Box<dyn Fn() + Sync>,
    scratch: Scratch,
}

impl Logger for Emit {
    const NAME: &'static str = "emit";
    const SETUP: &'static str = "emit + emit_file, JSON, always into a file, since it makes a set of files; may lose, \
        so it has no row where nothing may be lost";
    const PACKAGES: &'static [&'static str] = &["emit", "emit_file"];
    const WORKLOADS: &'static [Workload] = &[
        Workload::Enabled,
        Workload::Text,
        Workload::Message,
        Workload::Disabled,
        Workload::TwoThreads,
        Workload::Allocations,
    ];
    const MAY_LOSE: bool = true;

    fn start(_place: &Place) -> Self {
        let scratch = Scratch::new("emit");
        let emitter = ::emit::setup()
            .emit_to(emit_file::set(scratch.path().join("lines.json")).spawn())
            .emit_when(::emit::level::min_filter(::emit::Level::Info))
            .init();
        let flush = move || {
            assert!(
                emitter.blocking_flush(PATIENCE),
                "emit: the flush took too long"
            )
        };
        Self {
            flush: Box::new(flush),
            scratch,
        }
    }

    #[inline(always)]
    fn integers(&self, user_id: u64, duration_ms: u64) {
        ::emit::info!("User logged in", user_id, duration_ms);
    }

    #[inline(always)]
    fn text(&self, action: &str, ratio: f64, user_id: u64) {
        ::emit::info!("Authentication failed", action, ratio, user_id);
    }

    #[inline(always)]
    fn message(&self, user: &str, action: &str) {
        ::emit::info!("user {user} did {action}");
    }

    #[inline(always)]
    fn disabled(&self, user_id: u64, duration_ms: u64) {
        ::emit::debug!("User logged in", user_id, duration_ms);
    }

    fn flush(&self, _calls: u64) {
        (self.flush)();
    }

    fn arrived(&self) -> u64 {
        let files = std::fs::read_dir(self.scratch.path()).expect("the directory was created");
        let lines = files.map(|file| {
            let file = std::fs::File::open(file.expect("the directory can be read").path())
                .expect("the file is there");
            BufReader::new(file).split(b'\n').count() as u64
        });
        lines.sum()
    }
}
