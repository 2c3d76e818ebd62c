//! The warehouse: says how many of an item it has. Reached by TLS and HTTP/2, by a connection for each question.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::{TlsAcceptor, TlsConnector};
use ttlog::{Instrument, instrument, warn};

use crate::tls;

/// How to reach the warehouse.
#[derive(Clone)]
pub(crate) struct Warehouse {
    address: SocketAddr,
    tls: Arc<ClientConfig>,
}

/// Starts a warehouse on a free port.
pub(crate) async fn start() -> Result<Warehouse, Box<dyn Error>> {
    let (server, client) = tls::configurations()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let acceptor = TlsAcceptor::from(server);
    let stock = Router::new().route(
        "/stock/{item}",
        get(async |Path(item): Path<u64>| in_stock(item)),
    );
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            let (acceptor, service) = (acceptor.clone(), TowerToHyperService::new(stock.clone()));
            tokio::spawn(async move {
                let served = async {
                    let stream = TokioIo::new(acceptor.accept(stream).await?);
                    let builder = auto::Builder::new(TokioExecutor::new());
                    builder.serve_connection(stream, service).await
                };
                if let Err(error) = served.await {
                    warn!(error = %error, "connection lost");
                }
            });
        }
    });
    Ok(Warehouse {
        address,
        tls: client,
    })
}

/// Of item 13 there are fewer than none.
fn in_stock(item: u64) -> String {
    match item {
        13 => "-1".to_owned(),
        item => (item % 7 + 1).to_string(),
    }
}

impl Warehouse {
    /// Asks how many there are of an item.
    #[instrument(skip(self), level = "debug", err)]
    pub(crate) async fn stock(&self, item: u64) -> Result<i64, Box<dyn Error + Send + Sync>> {
        let stream = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from(tls::NAME)?;
        let stream = TlsConnector::from(self.tls.clone())
            .connect(name, stream)
            .await?;
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
                .await?;
        // What the connection logs belongs to the request that needs it.
        tokio::spawn(async { connection.await.ok() }.in_current_context());
        let request = Request::get(format!("https://{}/stock/{item}", tls::NAME))
            .body(Empty::<Bytes>::new())?;
        let body = sender
            .send_request(request)
            .await?
            .into_body()
            .collect()
            .await?;
        Ok(str::from_utf8(&body.to_bytes())?.parse()?)
    }
}
