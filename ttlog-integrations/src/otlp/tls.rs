//! [`Certificates`]: who has to have signed the certificate of a server.

use std::path::Path;
use std::sync::Arc;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// The authorities that are trusted, and no others: as the file that names them has them.
#[derive(Debug, Clone)]
pub(super) struct Certificates {
    pem: Arc<[u8]>,
}

impl Certificates {
    /// Those of a file.
    pub(super) fn read(path: &Path) -> Result<Certificates, String> {
        let pem = std::fs::read(path).map_err(|error| error.to_string())?;
        match certificates(&pem) {
            Some(found) if !found.is_empty() => Ok(Certificates { pem: pem.into() }),
            _ => Err("no certificates in PEM".to_owned()),
        }
    }

    /// For HTTP; without a file, the authorities that browsers trust.
    pub(super) fn for_http(this: Option<&Certificates>) -> TlsConfig {
        let roots = match this {
            Some(these) => RootCerts::new_with_certs(&certificates(&these.pem).unwrap_or_default()),
            None => RootCerts::WebPki,
        };
        TlsConfig::builder().root_certs(roots).build()
    }

    /// The same for gRPC.
    #[cfg(feature = "otlp-grpc")]
    pub(super) fn for_grpc(this: Option<&Certificates>) -> tonic::transport::ClientTlsConfig {
        let config = tonic::transport::ClientTlsConfig::new();
        match this {
            Some(these) => {
                config.ca_certificate(tonic::transport::Certificate::from_pem(&these.pem))
            }
            None => config.with_webpki_roots(),
        }
    }
}

/// `None` where it isn't PEM.
fn certificates(pem: &[u8]) -> Option<Vec<Certificate<'static>>> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.ok()? {
            certificates.push(certificate);
        }
    }
    Some(certificates)
}
