//! Endpoints that begin with https.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use ttlog::info;
use ttlog_integrations::otlp::{OtlpBuilder, OtlpError, Protocol};
use ttlog_test_otlp::{Collector, Identity, Reply};

use crate::support::{flushed, pipeline, sink, wait_until};

/// The certificate of a server's authority in a file, which goes with it.
struct Authority(PathBuf);

impl Authority {
    fn of(identity: &Identity, name: &str) -> Authority {
        let file = format!("ttlog-otlp-{}-{name}.pem", std::process::id());
        let path = std::env::temp_dir().join(file);
        fs::write(&path, &identity.authority_pem).expect("a file");
        Authority(path)
    }
}

impl Drop for Authority {
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
    let authority = Authority::of(&identity, "known");
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
    let authority = Authority::of(&other, "other");
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
    let nonsense = Authority::of(&Identity::new(), "nonsense");
    fs::write(&nonsense.0, "no certificate").expect("a file");
    let error = builder().certificate(&nonsense.0).build().unwrap_err();
    assert!(
        error.to_string().ends_with("no certificates in PEM"),
        "{error}"
    );
}
