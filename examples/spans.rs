//! Spans: a function, a stretch of code, a thread of its own, and what an error leaves behind.

use std::num::ParseIntError;

use ttlog::{Context, debug_span, info, instrument, span, timer};

#[derive(Debug)]
struct Order {
    lines: Vec<String>,
}

/// Its parameter is a field of the span, recorded by `Debug`; an error is logged, and marks the span.
#[instrument(err, fields(order.lines = order.lines.len()), skip(order))]
fn total(order: &Order, currency: &str) -> Result<u64, ParseIntError> {
    let _timer = timer!("summed up", currency);
    let mut sum = 0;
    for (number, line) in order.lines.iter().enumerate() {
        let _line = span!("line", number);
        sum += line.parse::<u64>()?;
        info!("added");
    }
    Ok(sum)
}

fn main() {
    let _handle = ttlog::init().init();
    let order = |lines: [&str; 2]| Order {
        lines: lines.map(str::to_owned).into(),
    };
    let checkout = span!("checkout", user_id = 7);
    if let Ok(sum) = total(&order(["12", "30"]), "EUR") {
        // The thread is in the spans that this one is in.
        let context = Context::current();
        let payment = std::thread::spawn(move || {
            context.run(|| debug_span!("payment").in_scope(|| info!("paid", sum)));
        });
        payment.join().expect("paying doesn't panic");
    }
    drop(checkout);
    // Fails, and says in which line of which order.
    let _ = total(&order(["12", "a dozen"]), "EUR");
}
