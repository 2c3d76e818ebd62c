//! `kill -9` at random moments, again and again. `TTLOG_KILLS` says how often; 20 times where it says nothing.

use std::thread::sleep;
use std::time::{Duration, SystemTime};

use crate::child::Scene;

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
#[expect(
    clippy::print_stdout,
    reason = "says what it has done, and how to repeat it"
)]
fn whatever_had_been_logged_is_there_after_kill_minus_nine() {
    let times: u64 = std::env::var("TTLOG_KILLS").map_or(20, |text| text.parse().unwrap());
    let seed = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_nanos() as u64;
    println!("seed {seed}");
    let mut random = Random(seed);
    let scene = Scene::new("kills");
    let (mut events, mut at_start, mut empty) = (0, 0, 0);
    for time in 0..times {
        let capacity = [64 << 10, 1 << 20, 16 << 20][random.below(3) as usize];
        let mut child = scene.start("killed", capacity);
        // Most are killed while they log, some while they start.
        sleep(Duration::from_micros(random.below(40_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        println!("kill {time}, capacity {capacity}");
        match scene.remains() {
            Some(remains) => {
                assert!(remains.reason.contains("was killed"), "{}", remains.reason);
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
