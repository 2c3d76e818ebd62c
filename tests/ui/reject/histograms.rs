//! What a histogram is made of.

use ttlog::{LogLevel, timer};

fn main() {
    let (rows, name) = (7, "name");
    let _timer = timer!(histogram);
    let _timer = timer!(histogram,);
    let _timer = timer!(histogram, LogLevel::Debug);
    let _timer = timer!(histogram, name);
    let _timer = timer!(histogram, LogLevel::Debug, name);
    let _timer = timer!(histogram, LogLevel::Debug, concat!("a", "b"));
    let _timer = timer!(histogram, "query {name}");
    let _timer = timer!(histogram, "query", rows);
    let _timer = timer!(histogram, "query", rows = rows, name);
    let _timer = timer!(histogram, LogLevel::Debug, "query", %name);
    let _timer = timer!(target: "t", histogram, "query", ?rows);
    let _timer = timer!(histogram, rows = 7, "query");
    let _timer = timer!(histogram, "query" rows);
    let _timer = timer!(histogram, "query", target: "t");
    let _timer = timer!(histogram, target: "t", target: "u", "query");
    let _timer = timer!(histogram, parent: None, "query");
    let _timer = timer!(histogram, name: "n", "query");
    let _timer = timer!(histogram, every = "1s", "query");
}
