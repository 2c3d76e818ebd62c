//! Customers: send orders, a few at a time.

use std::error::Error;
use std::net::SocketAddr;

use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::{Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::task::JoinSet;

use crate::shop::REQUEST_ID;

/// How many customers there are.
const CUSTOMERS: u64 = 16;

/// What became of the orders.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) taken: u64,
    pub(crate) failed: u64,
}

/// Sends so many orders, of the items from 0 on.
pub(crate) async fn run(shop: SocketAddr, orders: u64) -> Result<Outcome, Box<dyn Error>> {
    let client: Client<HttpConnector, Empty<Bytes>> = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http();
    let mut customers = JoinSet::new();
    for customer in 0..CUSTOMERS {
        let client = client.clone();
        customers.spawn(async move {
            let mut statuses = Vec::new();
            for item in (customer..orders).step_by(CUSTOMERS as usize) {
                let request = Request::post(format!("http://{shop}/orders/{item}"))
                    .header(REQUEST_ID, format!("order-{item}"))
                    .body(Empty::new())?;
                statuses.push(client.request(request).await?.status());
            }
            Ok::<_, Box<dyn Error + Send + Sync>>(statuses)
        });
    }
    let mut outcome = Outcome::default();
    while let Some(statuses) = customers.join_next().await {
        for status in statuses?.map_err(|error| error as Box<dyn Error>)? {
            match status {
                StatusCode::CREATED => outcome.taken += 1,
                _ => outcome.failed += 1,
            }
        }
    }
    Ok(outcome)
}
