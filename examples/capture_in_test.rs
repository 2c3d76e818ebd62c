//! What a function logs is part of what it does: so a test looks at it, with the types that were logged.
//!
//! Each test has a pipeline of its own; nothing is global, so tests may run side by side.
#![expect(clippy::print_stdout, reason = "what it prints is what it shows")]

use ttlog::sink::Memory;
use ttlog::{LogLevel, info, warn};

/// Takes money out of an account, if there is enough.
fn withdraw(balance: u64, amount: u64) -> Option<u64> {
    let Some(rest) = balance.checked_sub(amount) else {
        warn!(
            "not enough money",
            balance,
            amount,
            missing = amount - balance
        );
        return None;
    };
    info!("money withdrawn", amount, rest);
    Some(rest)
}

/// What `work` logs, at every level.
fn logged_by(work: impl FnOnce()) -> Memory {
    let memory = Memory::new();
    let settings = ttlog::init().level(LogLevel::Trace).sink(memory.clone());
    let handle = settings.build().expect("the settings are in range");
    handle.scope(work);
    handle.flush();
    memory
}

#[test]
fn a_refusal_says_what_is_missing() {
    let memory = logged_by(|| assert_eq!(withdraw(100, 130), None));
    let refusal = memory.assert_logged(|event| event.level == LogLevel::Warn);
    assert_eq!(refusal.message, "not enough money");
    assert_eq!(refusal["missing"], 30);
    memory.assert_not_logged(|event| event.message == "money withdrawn");
}

fn main() {
    let memory = logged_by(|| {
        withdraw(100, 70);
        withdraw(30, 70);
    });
    for event in memory.events() {
        println!("{} {}", event.level, event.message);
        for field in &event.fields {
            println!("  {} = {:?}", field.key, field.value);
        }
    }
}
