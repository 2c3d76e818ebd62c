//! [`Start`]: what a handle keeps for the end, when the span began as a rule; and [`Shared`]: what its handles have in common once there are several.
//!
//! A span with one handle, which nearly all have, knows nothing of this: its start is a word, and its [account](super::account) says how it was entered.
//! The first clone makes a [`Shared`], puts its address into that word, and marks the account. So a handle learns that it isn't the only one from the
//! account, which is looked at anyhow when it is dropped. Each handle has an account of its own, which goes into what they share when the handle is
//! dropped; the last one ends the span.
//!
//! Ticks and addresses are told apart by the lowest bit, *once the account has the mark*: the bit is cleared in the ticks before the mark is set, and an
//! address comes into the word after it. (Before, the bit is one of the ticks, so that a span that is never cloned has nothing to clear.)
//!
//! Orderings: who sees an address has to see what is there, and who sees the mark a word whose bit can be relied on. The word is exchanged by
//! `AcqRel` and loaded by `Acquire`; the mark is set by `Release` ([`Account::mark_shared`]) and loaded by `Acquire` ([`Account::is_shared`]). What handles tell
//! is relaxed: the count of the [`Arc`] brings it to the last one.

use std::num::NonZeroU64;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use super::account::{Account, Balance, Outcome};

/// What a handle keeps for the end: when its span began, in ticks, or where its handles meet; see the [module](self).
#[derive(Debug)]
pub(super) struct Start(AtomicU64);

/// The word is the address of a [`Shared`].
const IS_ADDRESS: u64 = 1;

/// What the handles of a span have in common.
#[derive(Debug)]
struct Shared {
    start_ticks: u64,
    /// For how long those that are gone were entered.
    total: Account,
    /// The worst that those that are gone had to say, as a number; see [`weight`].
    outcome: AtomicU8,
}

impl Start {
    /// That of a span which has one handle.
    #[inline(always)]
    pub(super) fn at(ticks: u64) -> Start {
        Start(AtomicU64::new(ticks))
    }

    /// That of a handle which doesn't own its span, with the context that keeps the span known.
    pub(super) fn held_by(context: Option<NonZeroU64>) -> Start {
        Start(AtomicU64::new(context.map_or(0, NonZeroU64::get)))
    }

    /// Ticks; for a handle that doesn't own its span, the number of a context, 0 for none; where the account has the mark, what [`give_up`] needs.
    #[inline(always)]
    pub(super) fn word(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// The start of one handle more, whose account has to have the mark. `account` is that of the handle whose start this is.
    pub(super) fn share(&self, account: &Account) -> Start {
        loop {
            // First the mark, then the word: so the word is not older than the mark.
            let is_marked = account.is_shared();
            let word = self.0.load(Ordering::Acquire);
            if word & IS_ADDRESS == 0 {
                if let Some(address) = self.begin_sharing(word, account) {
                    return Start(AtomicU64::new(address));
                }
            } else if is_marked {
                // SAFETY: with the mark, the bit says that this is the address of a `Shared`; this handle holds it.
                unsafe { Arc::increment_strong_count(shared_at(word)) };
                return Start(AtomicU64::new(word));
            } else if !account.is_shared() {
                // Ticks: with an address, the mark would have been seen. Whether another thread was faster, the next turn finds out.
                self.exchange(word, word & !IS_ADDRESS);
            }
        }
    }

    /// Makes what two handles have in common; `None` where another thread has done so.
    fn begin_sharing(&self, start_ticks: u64, account: &Account) -> Option<u64> {
        let shared = Arc::into_raw(Arc::new(Shared {
            start_ticks,
            total: Account::new(),
            outcome: AtomicU8::new(0),
        }));
        let address = shared.expose_provenance() as u64 | IS_ADDRESS;
        // SAFETY: it comes from `into_raw` above, and is given up once by each of the two handles, or twice here.
        unsafe { Arc::increment_strong_count(shared) };
        // With the mark, an address is what is looked for: nothing may fail from here on.
        account.mark_shared();
        if self.exchange(start_ticks, address) {
            return Some(address);
        }
        // SAFETY: as above; nobody has got the address.
        unsafe {
            drop(Arc::from_raw(shared));
            drop(Arc::from_raw(shared));
        }
        None
    }

    fn exchange(&self, from: u64, to: u64) -> bool {
        let (done, failed) = (Ordering::AcqRel, Ordering::Relaxed);
        self.0.compare_exchange(from, to, done, failed).is_ok()
    }
}

fn shared_at(word: u64) -> *const Shared {
    ptr::with_exposed_provenance((word & !IS_ADDRESS) as usize)
}

/// Gives up a handle. Where it was the last one: when the span began, in ticks, and the balance of all.
///
/// # Safety
/// The word is that of a handle that is being dropped, and the balance that of its account, which has the mark.
pub(super) unsafe fn give_up(word: u64, balance: Balance) -> Option<(u64, Balance)> {
    // SAFETY: with the mark, the word is the address of a `Shared`. What the handle holds of it is taken over.
    let shared = unsafe { Arc::from_raw(shared_at(word)) };
    if let Some(ticks) = balance.entered_ticks() {
        shared.total.measure();
        shared.total.add(ticks);
    }
    let last_outcome = balance.outcome();
    let weight = weight(last_outcome);
    shared.outcome.fetch_max(weight, Ordering::Relaxed);
    let shared = Arc::into_inner(shared)?;
    let outcome = match shared.outcome.into_inner() {
        0 => last_outcome,
        number => Outcome::of_number(number.into()),
    };
    let total = shared.total.balance().with_outcome(outcome);
    Some((shared.start_ticks, total))
}

/// What the outcome of one handle is to that of its span: more where it is worse, and an outcome's number. That a future was dropped is nothing to those who go on
/// with the span.
fn weight(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Returned | Outcome::Cancelled => 0,
        Outcome::Error | Outcome::Panicked => outcome as u8,
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// Ticks, and for how many and with what outcome the span was entered.
    type Last = (u64, (Option<u64>, Option<&'static str>));

    fn drop_handle(start: &Start, account: &Account) -> Option<Last> {
        // SAFETY: both are one handle's, which the tests give up once.
        let last = unsafe { give_up(start.word(), account.balance()) };
        last.map(|(ticks, total)| (ticks, total.told()))
    }

    #[test]
    fn the_last_handle_tells_when_the_span_began_and_of_all() {
        for start_ticks in [1000, 1001, u64::MAX, u64::MAX - 1] {
            let (start, account) = (Start::at(start_ticks), Account::new());
            account.measure();
            account.add(5);
            let (second, of_second) = (start.share(&account), Account::of_clone());
            let (third, of_third) = (second.share(&of_second), Account::of_clone());
            of_third.measure();
            of_third.add(7);
            of_third.set_outcome(Outcome::Error);
            assert_eq!(drop_handle(&third, &of_third), None);
            assert_eq!(drop_handle(&start, &account), None);
            let told = (Some(12), Some("error"));
            // A tick is what a start with an odd number loses.
            let ticks = start_ticks & !1;
            assert_eq!(drop_handle(&second, &of_second), Some((ticks, told)));
        }
    }

    #[test]
    fn threads_that_make_the_second_handle_at_once_make_one_of_it() {
        for start_ticks in 0..if cfg!(miri) { 10 } else { 500 } {
            let (start, account) = (Start::at(start_ticks), Account::new());
            let ended: usize = thread::scope(|scope| {
                let threads = [0; 3].map(|_| {
                    scope.spawn(|| {
                        let (own, of_own) = (start.share(&account), Account::of_clone());
                        usize::from(drop_handle(&own, &of_own).is_some())
                    })
                });
                threads.into_iter().map(|one| one.join().unwrap()).sum()
            });
            assert_eq!(ended, 0, "the first handle is there");
            let (ticks, told) = drop_handle(&start, &account).unwrap();
            assert_eq!(ticks, start_ticks & !1);
            assert_eq!(told, (None, None));
        }
    }
}
