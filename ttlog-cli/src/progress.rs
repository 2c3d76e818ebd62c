//! [`Progress`]: how much of the input has been read, on stderr, once it takes longer than a second.

use std::cell::{Cell, OnceCell};
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// From when on it shows.
const PATIENCE: Duration = Duration::from_secs(1);

/// How much of the input has been read. Shows only on a terminal that nothing else is written to meanwhile.
#[derive(Debug)]
pub(crate) struct Progress {
    start: Instant,
    total_bytes: Option<u64>,
    done_bytes: Cell<u64>,
    may_show: bool,
    bar: OnceCell<ProgressBar>,
}

impl Progress {
    /// Of a command that reads so many bytes, if that is known, and whose output goes to a terminal or not.
    pub(crate) fn new(total_bytes: Option<u64>, to_terminal: bool) -> Progress {
        Progress {
            start: Instant::now(),
            total_bytes,
            done_bytes: Cell::new(0),
            may_show: !to_terminal && io::stderr().is_terminal(),
            bar: OnceCell::new(),
        }
    }

    /// Of what needs none.
    pub(crate) fn none() -> Progress {
        Progress::new(None, true)
    }

    /// So many bytes more have been read.
    pub(crate) fn advance(&self, bytes: usize) {
        let done = self.done_bytes.get() + bytes as u64;
        self.done_bytes.set(done);
        if self.may_show && self.start.elapsed() > PATIENCE {
            self.bar
                .get_or_init(|| bar(self.total_bytes))
                .set_position(done);
        }
    }

    /// How many bytes have been read.
    pub(crate) fn done_bytes(&self) -> u64 {
        self.done_bytes.get()
    }

    /// Takes it off the terminal.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total_bytes: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(total_bytes, ProgressDrawTarget::stderr_with_hz(5));
    let template = match total_bytes {
        Some(_) => "ttlog: {bytes} of {total_bytes} read, {eta} to go",
        None => "ttlog: {bytes} read",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
