//! [`Answer`]: one number that a thread waits for and another gives.
//!
//! A channel would do it too, but each type of message that goes through one adds its code to every application.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::sync::lock;

/// See the [module](self). Clones are the same answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer(Arc<(Mutex<Option<u64>>, Condvar)>);

impl Answer {
    /// Gives the number to who waits for it, now or later.
    pub(crate) fn give(&self, number: u64) {
        let (given, condition) = &*self.0;
        *lock(given) = Some(number);
        condition.notify_all();
    }

    /// The number, as soon as it is given; `None` after `timeout`.
    pub(crate) fn wait(&self, timeout: Duration) -> Option<u64> {
        let (given, condition) = &*self.0;
        let (given, _) = condition
            .wait_timeout_while(lock(given), timeout, |given| given.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        *given
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_reaches_who_waits_and_who_comes_later() {
        let answer = Answer::default();
        assert_eq!(answer.wait(Duration::ZERO), None);
        let giver = std::thread::spawn({
            let answer = answer.clone();
            move || answer.give(7)
        });
        assert_eq!(answer.wait(Duration::from_secs(60)), Some(7));
        assert_eq!(answer.wait(Duration::ZERO), Some(7));
        giver.join().unwrap();
    }
}
