//! [`Identity`]: who the client is, for servers that ask for a certificate.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::sign::CertifiedKey;
use ureq::tls::{ClientCert, PrivateKey};

use super::OtlpError;
use super::tls;

/// A certificate, with those between it and its authority, and its private key; they belong together.
///
/// It is kept as the files have it, from which each client makes what it wants.
#[derive(Clone)]
pub(super) struct Identity {
    certificates: Arc<[u8]>,
    key: Arc<[u8]>,
}

/// Without the key.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

impl Identity {
    /// That of two files, which may be one. What the clients would find out when they connect, one of them by a panic, is found out here.
    pub(super) fn read(certificate: &Path, key: &Path) -> Result<Identity, OtlpError> {
        let certificates = tls::read_certificates(certificate)?;
        let wrong = |why: String| OtlpError::ClientKey(key.display().to_string(), why);
        let pem = std::fs::read(key).map_err(|error| wrong(error.to_string()))?;
        let Ok(parsed) = PrivateKeyDer::from_pem_slice(&pem) else {
            return Err(wrong(
                "no private key in PEM; one with a passphrase is none".to_owned(),
            ));
        };
        let chain = CertificateDer::pem_slice_iter(&certificates).filter_map(Result::ok);
        // As both clients choose it.
        let provider = CryptoProvider::get_default().cloned();
        let provider = provider.unwrap_or_else(|| Arc::new(ring::default_provider()));
        CertifiedKey::from_der(chain.collect(), parsed, &provider)
            .map_err(|error| wrong(format!("can't be used with {certificate:?}: {error}")))?;
        Ok(Identity {
            certificates,
            key: pem.into(),
        })
    }

    pub(super) fn for_http(&self) -> Option<ClientCert> {
        let chain = tls::certificates(&self.certificates)?;
        let key = PrivateKey::from_pem(&self.key).ok()?;
        Some(ClientCert::new_with_certs(&chain, key))
    }

    #[cfg(feature = "otlp-grpc")]
    pub(super) fn for_grpc(&self) -> tonic::transport::Identity {
        tonic::transport::Identity::from_pem(&self.certificates, &self.key)
    }
}
