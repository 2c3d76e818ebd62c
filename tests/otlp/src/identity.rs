//! [`Identity`]: who a server of a test is.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tonic::transport::ServerTlsConfig;

/// A certificate for a server of this machine, by an authority that signs those of its clients as well, and nothing else.
#[derive(Debug)]
pub struct Identity {
    certificate: rcgen::Certificate,
    key: KeyPair,
    authority: CertifiedIssuer<'static, KeyPair>,
    /// Whether a client has to have a certificate, too.
    demands_clients: bool,
}

impl Default for Identity {
    fn default() -> Self {
        Identity::new()
    }
}

impl Identity {
    /// A new one, for `localhost`, that takes any client.
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
            authority,
            demands_clients: false,
        }
    }

    /// One that takes only clients with a certificate by its authority.
    pub fn demanding() -> Identity {
        Identity {
            demands_clients: true,
            ..Identity::new()
        }
    }

    /// The certificate of the authority, as clients need it, in PEM.
    pub fn authority_pem(&self) -> String {
        self.authority.pem()
    }

    /// The certificate of a new client, and its key, in PEM.
    pub fn client_pem(&self) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let of_client = CertificateParams::new(vec!["client".to_owned()]).expect("a name");
        let certificate = of_client.signed_by(&key, &self.authority);
        (
            certificate.expect("a certificate").pem(),
            key.serialize_pem(),
        )
    }

    pub(crate) fn for_http(&self) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).expect("a key");
        let mut roots = RootCertStore::empty();
        let authority = self.authority.der().clone();
        roots.add(authority).expect("it is an authority's");
        let verifier = match self.demands_clients {
            false => WebPkiClientVerifier::no_client_auth(),
            true => WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone())
                .build()
                .expect("a verifier"),
        };
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![self.certificate.der().clone()], key);
        Arc::new(config.expect("they belong together"))
    }

    pub(crate) fn for_grpc(&self) -> ServerTlsConfig {
        let (certificate, key) = (self.certificate.pem(), self.key.serialize_pem());
        let config =
            ServerTlsConfig::new().identity(tonic::transport::Identity::from_pem(certificate, key));
        match self.demands_clients {
            false => config,
            true => config.client_ca_root(tonic::transport::Certificate::from_pem(
                self.authority.pem(),
            )),
        }
    }
}
