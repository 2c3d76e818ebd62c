//! [`Identity`]: who a server of a test is.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// A certificate for a server of this machine, by an authority that signs nothing else.
#[derive(Debug)]
pub struct Identity {
    certificate: rcgen::Certificate,
    key: KeyPair,
    /// The certificate of the authority, as clients need it, in PEM.
    pub authority_pem: String,
}

impl Default for Identity {
    fn default() -> Self {
        Identity::new()
    }
}

impl Identity {
    /// A new one, for `localhost`.
    pub fn new() -> Identity {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let authority = CertifiedIssuer::self_signed(authority, key).expect("an authority");
        let key = KeyPair::generate().expect("a key");
        let of_server = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        Identity {
            certificate: of_server
                .signed_by(&key, &authority)
                .expect("a certificate"),
            key,
            authority_pem: authority.pem(),
        }
    }

    pub(crate) fn for_http(&self) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.der().clone()], key);
        Arc::new(config.expect("they belong together"))
    }

    pub(crate) fn for_grpc(&self) -> tonic::transport::Identity {
        tonic::transport::Identity::from_pem(self.certificate.pem(), self.key.serialize_pem())
    }
}
