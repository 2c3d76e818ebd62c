//! [`Tls`]: whom the server's certificate must be from, and the client's own.

use std::path::Path;
use std::sync::Arc;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::OtlpError;
use super::environment::{self, Variables};
use super::identity::Identity;
use super::settings::TlsFiles;
use super::signal::Signal;

/// What connections to one target by https have in common.
#[derive(Debug, Clone)]
pub(super) struct Tls {
    /// The authorities that are trusted, and no others, as their file has them; `None` for those that browsers trust.
    authorities: Option<Arc<[u8]>>,
    /// For servers that ask who the client is.
    identity: Option<Identity>,
}

impl Tls {
    /// What the files of the code say, or those that the environment names.
    pub(super) fn new(
        files: &TlsFiles,
        signal: Signal,
        variables: Variables<'_>,
    ) -> Result<Tls, OtlpError> {
        let authorities = files.authorities.clone();
        let authorities =
            authorities.or_else(|| environment::file(variables, signal, "CERTIFICATE"));
        let (certificate, key) = match files.identity.clone() {
            Some((certificate, key)) => (Some(certificate), Some(key)),
            None => (
                environment::file(variables, signal, "CLIENT_CERTIFICATE"),
                environment::file(variables, signal, "CLIENT_KEY"),
            ),
        };
        let identity = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(Identity::read(&certificate, &key)?),
            (None, None) => None,
            (Some(alone), None) | (None, Some(alone)) => {
                return Err(OtlpError::ClientIdentity(alone.display().to_string()));
            }
        };
        Ok(Tls {
            authorities: authorities
                .map(|path| read_certificates(&path))
                .transpose()?,
            identity,
        })
    }

    pub(super) fn for_http(&self) -> TlsConfig {
        let roots = match &self.authorities {
            Some(pem) => RootCerts::new_with_certs(&certificates(pem).unwrap_or_default()),
            None => RootCerts::WebPki,
        };
        TlsConfig::builder()
            .root_certs(roots)
            .client_cert(self.identity.as_ref().and_then(Identity::for_http))
            .build()
    }

    #[cfg(feature = "otlp-grpc")]
    pub(super) fn for_grpc(&self) -> tonic::transport::ClientTlsConfig {
        let config = tonic::transport::ClientTlsConfig::new();
        let config = match &self.authorities {
            Some(pem) => config.ca_certificate(tonic::transport::Certificate::from_pem(pem)),
            None => config.with_webpki_roots(),
        };
        match &self.identity {
            Some(identity) => config.identity(identity.for_grpc()),
            None => config,
        }
    }
}

/// A file that has certificates in PEM.
pub(super) fn read_certificates(path: &Path) -> Result<Arc<[u8]>, OtlpError> {
    let wrong = |why: String| OtlpError::Certificate(path.display().to_string(), why);
    let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    match certificates(&pem) {
        Some(found) if !found.is_empty() => Ok(pem.into()),
        _ => Err(wrong("no certificates in PEM".to_owned())),
    }
}

/// `None` where it isn't PEM.
pub(super) fn certificates(pem: &[u8]) -> Option<Vec<Certificate<'static>>> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.ok()? {
            certificates.push(certificate);
        }
    }
    Some(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_without_a_key_is_said_to_be_one() {
        for alone in ["CLIENT_CERTIFICATE", "TRACES_CLIENT_KEY"] {
            let alone = format!("OTEL_EXPORTER_OTLP_{alone}");
            let variables = |name: &str| (name == alone).then(|| "/etc/client.pem".to_owned());
            let error = Tls::new(&TlsFiles::default(), Signal::Traces, &variables).unwrap_err();
            assert_eq!(
                error,
                OtlpError::ClientIdentity("/etc/client.pem".to_owned())
            );
        }
    }
}
