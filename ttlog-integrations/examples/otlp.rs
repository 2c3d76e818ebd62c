//! Events and spans to an OpenTelemetry Collector, and to the console.
//!
//! ```text
//! docker run --rm -p 4318:4318 otel/opentelemetry-collector
//! cargo run -p ttlog-integrations --features otlp --example otlp
//! ```
//!
//! Another server is named by `OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318`. Without any, the sink says so, once, and the program goes on.
#![expect(clippy::print_stdout, reason = "what it prints is what it shows")]

use std::error::Error;

use ttlog::{TraceParent, info, instrument, warn};
use ttlog_integrations::otlp::OtlpSink;

#[instrument(err)]
fn charge(card: u32, amount: u32) -> Result<(), String> {
    if amount > 10_000 {
        return Err("over the limit".to_owned());
    }
    // What a call to another service has to send, for its spans to be in this trace.
    let header = TraceParent::current().map(|place| place.to_string());
    info!("charged", card, amount, traceparent = header);
    Ok(())
}

#[instrument]
fn check_out(user: u32, amounts: &[u32]) {
    for amount in amounts {
        if charge(user + 1, *amount).is_err() {
            warn!("an item stays in the cart", user, amount);
        }
    }
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let handle = ttlog::init()
        .service("checkout")
        .console()
        .sink(OtlpSink::new()?)
        .try_init()?;
    check_out(7, &[1250, 20_000, 399]);
    if !handle.flush() {
        println!("the server doesn't have everything yet");
    }
    println!("{}", handle.stats());
    Ok(())
}
