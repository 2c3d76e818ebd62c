//! What the service, `rustls` and `h2` log for a request has the request's id; and the snapshot of the panic tells it all.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

const ORDERS: usize = 60;

#[test]
fn every_layer_of_each_request_has_its_id_and_the_panic_is_explained() {
    let directory = std::env::temp_dir().join(format!("ttlog-service-{}", std::process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_ttlog-example-service"))
        .args(["--orders", &ORDERS.to_string(), "--directory"])
        .arg(&directory)
        .env_remove("RUST_LOG")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    assert!(told.starts_with("59 orders taken, 1 failed"), "{told}");

    let log = std::fs::read_to_string(directory.join("shop.jsonl")).unwrap();
    let mut layers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in log.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        if let Some(id) = event["context"]["request_id"].as_str() {
            let target = event["target"].as_str().unwrap();
            let layer = target.split("::").next().unwrap();
            layers
                .entry(id.to_owned())
                .or_default()
                .insert(layer.to_owned());
        }
    }
    assert_eq!(layers.len(), ORDERS);
    for (id, layers) in layers {
        for layer in ["ttlog_example_service", "rustls", "h2"] {
            assert!(layers.contains(layer), "{id}: {layers:?}");
        }
    }

    let (_, story) = told.split_once("\n\n").unwrap();
    let positions = ["rustls::", "h2::", "panic: "].map(|target| story.find(target));
    assert!(positions.is_sorted() && positions[0].is_some(), "{story}");
    std::fs::remove_dir_all(directory).unwrap();
}
