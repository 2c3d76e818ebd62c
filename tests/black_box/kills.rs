//! `kill -9` at random moments, again and again. `TTLOG_KILLS` says how often; 20 times where it says nothing.

use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use crate::child::{Scene, process};

/// Reproducible from its seed, which failures name.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[test]
fn whatever_had_been_logged_is_there_after_kill_minus_nine() {
    let kill = |child: &mut Child| child.kill().unwrap();
    end_at_random_moments("killed", kill, &["was killed"]);
}

#[cfg(feature = "signals")]
#[test]
fn whatever_had_been_logged_is_there_after_an_abort() {
    let abort = |child: &mut Child| {
        // SAFETY: the process was not waited for, so its id is its own.
        assert_eq!(unsafe { libc::kill(child.id() as i32, libc::SIGABRT) }, 0);
    };
    // Some come before the handler is there.
    end_at_random_moments(
        "is shot",
        abort,
        &["crashed: SIGABRT (6) in thread ", "was killed"],
    );
}

/// Lets children that log be ended again and again, and looks for all that they had logged.
#[expect(
    clippy::print_stdout,
    reason = "says what it has done, and how to repeat it"
)]
fn end_at_random_moments(ending: &str, end: impl Fn(&mut Child), reasons: &[&str]) {
    let times: u64 = std::env::var("TTLOG_KILLS").map_or(20, |text| text.parse().unwrap());
    let seed = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_nanos() as u64;
    println!("seed {seed}");
    let mut random = Random(seed);
    let scene = Scene::new();
    let (mut events, mut at_start, mut empty) = (0, 0, 0);
    for time in 0..times {
        let capacity = [64 << 10, 1 << 20, 16 << 20][random.below(3) as usize];
        let mut child = scene.start(ending, capacity);
        // Most are killed while they log, some while they start.
        sleep(Duration::from_micros(random.below(40_000)));
        end(&mut child);
        process::end(child);
        println!("kill {time}, capacity {capacity}");
        match scene.remains() {
            Some(remains) => {
                let told = reasons.iter().any(|reason| remains.reason.contains(reason));
                assert!(told, "{}", remains.reason);
                let found = scene.assert_nothing_is_missing(&remains, capacity);
                events += found;
                empty += u64::from(found == 0);
            }
            None => {
                let said = std::fs::read(scene.progress()).unwrap();
                assert!(
                    said.iter().all(|byte| *byte == 0),
                    "nothing is left of what was logged"
                );
                at_start += 1;
            }
        }
    }
    println!(
        "{times} kills: {events} events read back, {at_start} before the first event, {empty} snapshots without events"
    );
}
