//! Endpoints that begin with https, and servers that ask who the client is.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use ttlog::{info, info_span};
use ttlog_integrations::otlp::{OtlpBuilder, OtlpError, OtlpSink, Protocol};
use ttlog_test_otlp::{Collector, Identity, Reply};

use crate::support::{FOR_EVER, flushed, pipeline, run_child, sink, told_child, wait_until};

/// A file with a certificate or a key, which goes with it.
struct Pem(PathBuf);

impl Pem {
    fn new(name: &str, text: &str) -> Pem {
        let file = format!("ttlog-otlp-{}-{name}.pem", std::process::id());
        let path = std::env::temp_dir().join(file);
        fs::write(&path, text).expect("a file");
        Pem(path)
    }

    /// The certificate of a server's authority.
    fn of_authority(identity: &Identity, name: &str) -> Pem {
        Pem::new(name, &identity.authority_pem())
    }

    /// A client's certificate, and its key.
    fn of_client(identity: &Identity, name: &str) -> (Pem, Pem) {
        let (certificate, key) = identity.client_pem();
        let key_name = format!("{name}-key");
        (Pem::new(name, &certificate), Pem::new(&key_name, &key))
    }
}

impl Drop for Pem {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

const PROTOCOLS: [Protocol; 2] = [Protocol::HttpProtobuf, Protocol::Grpc];

fn serve(identity: &Identity, protocol: Protocol) -> Collector {
    match protocol {
        Protocol::Grpc => Collector::grpcs(identity, |_| Reply::Accept),
        _ => Collector::https(identity, |_| Reply::Accept),
    }
}

fn secure(collector: &Collector, protocol: Protocol) -> OtlpBuilder {
    let url = format!("https://localhost:{}", collector.address().port());
    sink(url).protocol(protocol)
}

#[test]
fn a_server_with_a_certificate_of_a_known_authority_gets_everything() {
    let identity = Identity::new();
    let authority = Pem::of_authority(&identity, "known");
    for protocol in PROTOCOLS {
        let collector = serve(&identity, protocol);
        let builder = secure(&collector, protocol).certificate(&authority.0);
        let handle = pipeline(builder);
        for expected in [1, 2] {
            handle.scope(|| info!("event"));
            let sent = flushed(&handle);
            assert_eq!((sent.delivered, sent.errors), (expected, 0), "{protocol:?}");
        }
        assert_eq!(collector.log_records().len(), 2);
    }
}

#[test]
fn nothing_is_sent_to_a_server_that_nobody_vouches_for() {
    let (identity, other) = (Identity::new(), Identity::new());
    let authority = Pem::of_authority(&other, "other");
    for protocol in PROTOCOLS {
        let collector = serve(&identity, protocol);
        for certificate in [None, Some(&authority.0)] {
            let mut builder = secure(&collector, protocol);
            builder = builder.give_up_after(Duration::from_millis(5));
            if let Some(path) = certificate {
                builder = builder.certificate(path);
            }
            let handle = pipeline(builder);
            handle.scope(|| info!("event"));
            handle.flush();
            wait_until("it is given up", || handle.stats().sinks[0].dropped == 1);
        }
        assert_eq!(collector.requests().len(), 0);
    }
}

#[test]
fn a_certificate_that_is_none_is_an_error() {
    let builder = || sink("https://localhost".to_owned());
    let missing = builder().certificate("/no/such/file").build().unwrap_err();
    assert!(matches!(missing, OtlpError::Certificate(..)), "{missing}");
    let nonsense = Pem::new("nonsense", "no certificate");
    let error = builder().certificate(&nonsense.0).build().unwrap_err();
    assert!(
        error.to_string().ends_with("no certificates in PEM"),
        "{error}"
    );
}

#[test]
fn a_server_that_asks_who_the_client_is_takes_what_its_authority_vouches_for() {
    let (identity, other) = (Identity::demanding(), Identity::new());
    let authority = Pem::of_authority(&identity, "demanding");
    let known = Pem::of_client(&identity, "client");
    let stranger = Pem::of_client(&other, "stranger");
    for protocol in PROTOCOLS {
        let collector = serve(&identity, protocol);
        let builder = || secure(&collector, protocol).certificate(&authority.0);
        let (certificate, key) = &known;
        let handle = pipeline(builder().client_certificate(&certificate.0, &key.0));
        handle.scope(|| info!("event"));
        let sent = flushed(&handle);
        assert_eq!((sent.delivered, sent.errors), (1, 0), "{protocol:?}");
        for client in [None, Some(&stranger)] {
            let mut builder = builder().give_up_after(Duration::from_millis(5));
            if let Some((certificate, key)) = client {
                builder = builder.client_certificate(&certificate.0, &key.0);
            }
            let handle = pipeline(builder);
            handle.scope(|| info!("event"));
            handle.flush();
            wait_until("it is given up", || handle.stats().sinks[0].dropped == 1);
        }
        assert_eq!(collector.requests().len(), 1, "{protocol:?}");
    }
}

#[test]
fn the_environment_says_who_the_client_is() {
    let identity = Identity::demanding();
    let authority = Pem::of_authority(&identity, "variable");
    let (certificate, key) = Pem::of_client(&identity, "variable-client");
    let path = |pem: &Pem| pem.0.to_str().expect("a path in UTF-8").to_owned();
    for (protocol, name) in PROTOCOLS.into_iter().zip(["http/protobuf", "grpc"]) {
        let collector = serve(&identity, protocol);
        let url = format!("https://localhost:{}", collector.address().port());
        let variables = [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", name),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &url),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", &path(&authority)),
            ("OTEL_EXPORTER_OTLP_CLIENT_KEY", &path(&key)),
            (
                "OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE",
                &path(&certificate),
            ),
            (
                "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
                &path(&certificate),
            ),
        ];
        run_child("tls::child_of_the_environment", "go", &variables);
        let sent = (collector.log_records().len(), collector.spans().len());
        assert_eq!(sent, (1, 1), "{name}");
    }
}

#[test]
#[ignore = "the child of another test"]
fn child_of_the_environment() {
    if told_child().is_none() {
        return;
    }
    let handle = pipeline(OtlpSink::builder().linger(FOR_EVER));
    handle.scope(|| {
        let _span = info_span!("work").entered();
        info!("logged");
    });
    let sent = flushed(&handle);
    assert_eq!((sent.delivered, sent.dropped), (2, 0));
}

#[test]
fn a_client_without_a_certificate_and_its_key_is_an_error() {
    let identity = Identity::new();
    let (certificate, key) = Pem::of_client(&identity, "right");
    let (other, _) = Pem::of_client(&identity, "wrong");
    let nonsense = Pem::new("no-identity", "neither");
    let missing = Pem(PathBuf::from("/no/such/file"));
    let error = |certificate: &Pem, key: &Pem| {
        let builder = sink("https://localhost".to_owned());
        let builder = builder.client_certificate(&certificate.0, &key.0);
        builder.build().expect_err("it can't be used")
    };
    for certificate in [&missing, &nonsense] {
        let error = error(certificate, &key);
        assert!(matches!(error, OtlpError::Certificate(..)), "{error}");
    }
    for key in [&missing, &nonsense, &certificate] {
        let error = error(&certificate, key);
        assert!(matches!(error, OtlpError::ClientKey(..)), "{error}");
    }
    let error = error(&other, &key).to_string();
    let both = [&other, &key].map(|pem| pem.0.to_str().expect("a path in UTF-8"));
    assert!(both.iter().all(|path| error.contains(path)), "{error}");
}
