//! A web service whose own log, and that of the crates beneath it, is one stream with one request id.
//!
//! `shop` takes orders over HTTP/2 and asks `warehouse`, which is reached by TLS, for each. The service logs by ttlog; `h2` and `hyper-util` by `tracing`,
//! `rustls` by `log`. One order makes its handler panic: the snapshot that the panic leaves tells what led to it.
//!
//! ```text
//! cargo run -p ttlog-example-service -- --orders 500 --directory /tmp/shop
//! ```

#![expect(clippy::print_stdout, reason = "what it prints is what it shows")]

mod load;
mod shop;
mod story;
mod tls;
mod warehouse;

use std::error::Error;
use std::path::PathBuf;

use ttlog::sink::File;

/// What is wanted: of the crates beneath, what they tell of connections.
const FILTER: &str =
    "info,ttlog_example_service=debug,h2::client=debug,hyper_util::client=debug,rustls=debug";

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::from_args()?;
    std::fs::create_dir_all(&options.directory)?;
    let log = options.directory.join("shop.jsonl");
    let handle = ttlog::init()
        .service("shop")
        .filter(FILTER)
        .snapshot_dir(&options.directory)
        .sink(File::create(&log)?.format(ttlog::format::Json))
        .init();
    ttlog_integrations::try_enable_tracing_compatibility()?;
    ttlog_integrations::try_enable_log_compatibility()?;

    let runtime = tokio::runtime::Runtime::new()?;
    let outcome = runtime.block_on(async {
        let warehouse = warehouse::start().await?;
        let shop = shop::start(warehouse).await?;
        load::run(shop, options.orders).await
    })?;
    handle.flush();

    println!("{} orders taken, {} failed", outcome.taken, outcome.failed);
    println!("log: {}", log.display());
    story::print(&options.directory)
}

struct Options {
    orders: u64,
    directory: PathBuf,
}

impl Options {
    fn from_args() -> Result<Options, Box<dyn Error>> {
        let mut options = Options {
            orders: 500,
            directory: std::env::temp_dir().join("ttlog-example-service"),
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let value = arguments
                .next()
                .ok_or_else(|| format!("{argument} needs a value"))?;
            match argument.as_str() {
                "--orders" => options.orders = value.parse()?,
                "--directory" => options.directory = value.into(),
                _ => return Err(format!("{argument} is none of --orders, --directory").into()),
            }
        }
        Ok(options)
    }
}
