//! The names of the threads that log. Those of threads that have ended stay for a while, as their events do.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use crate::sync::lock;

/// How many threads that have ended keep their name.
const MOST_DEAD_NAMES: usize = 1024;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Names {
    living: Vec<(u32, Arc<str>)>,
    /// In the order in which they ended.
    dead: VecDeque<(u32, Arc<str>)>,
}

pub(crate) static NAMES: Mutex<Names> = Mutex::new(Names {
    living: Vec::new(),
    dead: VecDeque::new(),
});

/// Enters the name of a living thread.
pub(crate) fn remember(id: u32, name: &str) {
    lock(&NAMES).living.push((id, name.into()));
}

/// The thread will log no more; its name is kept for a while.
pub(crate) fn has_ended(id: u32) {
    let mut names = lock(&NAMES);
    if let Some(place) = names.living.iter().position(|(living, _)| *living == id) {
        let name = names.living.swap_remove(place);
        names.bury(name);
    }
}

impl Names {
    fn bury(&mut self, name: (u32, Arc<str>)) {
        self.dead.push_back(name);
        if self.dead.len() > MOST_DEAD_NAMES {
            self.dead.pop_front();
        }
    }

    /// No thread but this one lives, as in a child of `fork`.
    pub(crate) fn have_ended_but(&mut self, id: u32) {
        for name in std::mem::take(&mut self.living) {
            if name.0 == id {
                self.living.push(name);
            } else {
                self.bury(name);
            }
        }
    }
}

/// The name of a thread, where it has one.
pub(crate) fn get(id: u32) -> Option<Arc<str>> {
    let names = lock(&NAMES);
    let mut all = names.living.iter().chain(&names.dead);
    all.find(|(known, _)| *known == id)
        .map(|(_, name)| name.clone())
}
