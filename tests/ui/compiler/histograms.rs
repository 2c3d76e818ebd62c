//! Level and target of a histogram are constant.

use ttlog::{LogLevel, timer};

fn main() {
    let (level, target) = (LogLevel::Debug, String::from("t"));
    let _timer = timer!(histogram, level, "query");
    let _timer = timer!(histogram, target: &target, "query");
    let _timer = timer!(target: &target, histogram, "query");
    let _timer = timer!(histogram, 7, "query");
    let _timer = timer!(histogram, target: 7, "query");
}
