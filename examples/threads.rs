//! Several threads log at once: every event knows its thread, and what one thread logs stays in its order.
#![expect(clippy::print_stdout, reason = "what it prints is what it shows")]

use std::collections::BTreeMap;
use std::thread;

use ttlog::info;
use ttlog::sink::Memory;

const EVENTS: u64 = 1_000;

fn main() {
    let memory = Memory::new();
    let handle = ttlog::init().sink(memory.clone()).init();

    thread::scope(|scope| {
        for name in ["baker", "cook", "waiter"] {
            let thread = thread::Builder::new().name(name.into());
            let work = || (1..=EVENTS).for_each(|step| info!("step taken", step));
            thread
                .spawn_scoped(scope, work)
                .expect("the system has a thread to give");
        }
    });
    handle.flush();

    let events = memory.events();
    let mut steps_of = BTreeMap::<_, Vec<_>>::new();
    for event in &events {
        let thread = event.thread_name.as_deref().unwrap_or("nameless");
        steps_of.entry(thread).or_default().push(&event["step"]);
    }
    for (thread, steps) in steps_of {
        let in_order = (1..).zip(&steps).all(|(number, step)| **step == number);
        println!("{thread}: {} events, in order: {in_order}", steps.len());
    }
    // Across threads, events are in the order of time, save where a thread is interrupted while it logs.
    println!("together: {} events", events.len());
}
