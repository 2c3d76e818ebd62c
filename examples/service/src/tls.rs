//! A certificate for this run, and who trusts it.

use std::error::Error;
use std::sync::Arc;

use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

/// The name that the certificate is for.
pub(crate) const NAME: &str = "localhost";

/// Both sides of the connections of one run.
pub(crate) fn configurations() -> Result<(Arc<ServerConfig>, Arc<ClientConfig>), Box<dyn Error>> {
    let issued = rcgen::generate_simple_self_signed([NAME.to_owned()])?;
    let certificate = issued.cert.der().clone();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(issued.signing_key.serialize_der()));
    let mut server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)?;
    server.alpn_protocols = vec![b"h2".to_vec()];
    let mut trusted = RootCertStore::empty();
    trusted.add(certificate)?;
    let mut client = ClientConfig::builder()
        .with_root_certificates(trusted)
        .with_no_client_auth();
    client.alpn_protocols = vec![b"h2".to_vec()];
    Ok((Arc::new(server), Arc::new(client)))
}
