//! What must not be recorded is not in the file, either.

use std::fs;

use ttlog::{EventBuilder, emit_fast, info};

use crate::child::Scene;

#[test]
fn a_redacted_value_is_never_in_the_image() {
    let scene = Scene::new();
    let secret = "hunter2-".repeat(8);
    let constant = || info!("early", password = "early-secret-of-a-constant");
    // The call is known before the name is.
    ttlog::init()
        .recorder_only()
        .build()
        .unwrap()
        .scope(constant);
    let handle = ttlog::init()
        .recorder_only()
        .redact(["password"])
        .black_box(scene.black_box())
        .build()
        .unwrap();
    let name = "password";
    handle.scope(|| {
        for _ in 0..10 {
            info!("logged in {password}", password = secret, beside = "it");
            info!("logged in", { name } = %secret);
            emit_fast(
                EventBuilder::with_capacity(1)
                    .field(name, secret.clone())
                    .build(),
            );
            constant();
        }
    });
    handle.flush();
    let image = fs::read(scene.black_box()).unwrap();
    let is_in = |text: &str| {
        image
            .windows(text.len())
            .any(|bytes| bytes == text.as_bytes())
    };
    assert!(is_in("[redacted]") && is_in("logged in"));
    assert!(!is_in("hunter2-") && !is_in("early-secret"));
}
