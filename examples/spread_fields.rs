//! A struct's fields as the fields of an event: `cargo run --example spread_fields`.

use std::path::PathBuf;

use ttlog::{Fields, info, warn};

#[derive(Fields)]
struct Upload {
    #[field(debug)]
    path: PathBuf,
    bytes: u64,
    #[field(prefix = "client.")]
    client: Client,
    outcome: &'static str,
}

#[derive(Fields)]
struct Client {
    name: String,
    #[field(redact)]
    #[expect(dead_code, reason = "a log has no use for it")]
    token: String,
}

#[derive(Fields)]
#[ttlog(kind = "reason")]
enum Refusal {
    TooLarge {
        limit_bytes: u64,
    },
    #[field(rename = "not allowed")]
    NotAllowed,
}

fn main() {
    let _handle = ttlog::init().init();

    let client = Client {
        name: "Ada".into(),
        token: "secret".into(),
    };
    let upload = Upload {
        path: "/srv/cat.jpeg".into(),
        bytes: 70_144,
        client,
        outcome: "stored",
    };
    // A value without a name is recorded field by field, if it has some; beside it stands any other field.
    info!("upload", upload, duration_ms = 12);

    let refusal = Refusal::TooLarge {
        limit_bytes: 65_536,
    };
    warn!(refusal, bytes = upload.bytes, "upload refused");
    // Two dots do the same for any expression.
    warn!("upload refused", ..Refusal::NotAllowed);
}
