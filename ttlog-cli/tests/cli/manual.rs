//! The manual, `docs/cli.md`: each command in it is run, and prints what stands under it.
//!
//! `RENEW_MANUAL=1 cargo test -p ttlog-cli --test cli manual` writes what the commands print into it.

use std::path::{Path, PathBuf};
use std::process::Command;

use ttlog_core::Logger;

use crate::common::{event, golden, golden_lz4};

/// The directory in which the commands run, with the files that they name.
fn scene() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::copy(golden(), at("crash.ttlog")).unwrap();
    std::fs::copy(golden_lz4(), at("later.ttlog")).unwrap();
    let handle = ttlog_core::init()
        .recorder_only()
        .service("shop")
        .black_box(at("live.box"))
        .build()
        .unwrap();
    for number in 1..=3 {
        let event = event(number, "drawer open").field("number", number);
        handle.logger().emit(event.build());
    }
    handle.flush();
    // Of the copy no process is alive.
    std::fs::copy(at("live.box"), at("shop.box")).unwrap();
    directory
}

/// What a command prints to stdout and stderr.
fn output_of(command: &str, directory: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_ttlog"));
    let mut path = vec![binary.parent().unwrap().to_path_buf()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(directory)
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("LC_ALL", "C.UTF-8")
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_manual_shows_what_its_commands_print() {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    let manual = std::fs::read_to_string(&path).unwrap();
    let scene = scene();
    let mut renewed = String::new();
    let (mut in_block, mut commands) = (false, 0);
    for line in manual.lines() {
        if line.starts_with("```") {
            in_block = line == "```console";
        } else if in_block {
            let Some(command) = line.strip_prefix("$ ") else {
                continue;
            };
            commands += 1;
            renewed += &format!("{line}\n{}", output_of(command, scene.path()));
            continue;
        }
        renewed += &format!("{line}\n");
    }
    if std::env::var_os("RENEW_MANUAL").is_some() {
        std::fs::write(&path, &renewed).unwrap();
    }
    assert!(commands > 20, "{commands} commands");
    for (number, (written, printed)) in manual.lines().zip(renewed.lines()).enumerate() {
        assert_eq!(written, printed, "docs/cli.md, line {}", number + 1);
    }
    assert_eq!(manual.lines().count(), renewed.lines().count());
}
