//! What the macros reject and in which words, and what they have to take whatever surrounds them.
//!
//! `TRYBUILD=overwrite cargo test --test ui` renews the words after a look at them.

use std::process::Command;

/// The compiler whose words are on record; others say the same in other words.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn macros() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/accept/*.rs");
    cases.compile_fail("tests/ui/reject/*.rs");
    if compiler().starts_with(COMPILER) {
        cases.compile_fail("tests/ui/compiler/*.rs");
    }
}

fn compiler() -> String {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler).arg("--version").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
