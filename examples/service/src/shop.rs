//! The shop: takes orders, and gives each request an id that everything below it is logged with.

use std::error::Error;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use ttlog::{Instrument, info, info_span, instrument, warn, with_context};

use crate::warehouse::Warehouse;

/// The header with the id of a request.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// Starts a shop on a free port.
pub(crate) async fn start(warehouse: Warehouse) -> Result<SocketAddr, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let app = Router::new()
        .route("/orders/{item}", post(order))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(identify))
        .with_state(warehouse);
    info!("open", %address);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

/// Puts all that happens for a request into its context and a span.
async fn identify(request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok());
    let id = id.unwrap_or("unknown").to_owned();
    with_context("request_id", id, || async {
        let span = info_span!("request", method = %request.method(), path = request.uri().path());
        async {
            let response = next.run(request).await;
            info!("answered", status = response.status().as_u16());
            response
        }
        .instrument(span)
        .await
    })
    .await
}

async fn order(State(warehouse): State<Warehouse>, Path(item): Path<u64>) -> (StatusCode, String) {
    match warehouse.stock(item).await {
        Ok(stock) => {
            info!("order taken", item, left = reserve(item, stock));
            (StatusCode::CREATED, format!("{item} is yours\n"))
        }
        Err(error) => {
            warn!("the warehouse doesn't answer", error = %error);
            (StatusCode::BAD_GATEWAY, "later\n".to_owned())
        }
    }
}

/// Takes one; gives how many are left.
#[instrument(level = "debug")]
fn reserve(item: u64, stock: i64) -> u32 {
    // The mistake that the snapshot tells of: the warehouse's number is believed.
    let stock = u32::try_from(stock).expect("a stock is not negative");
    stock - 1
}
