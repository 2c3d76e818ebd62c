//! [`Forever`]: a list that only grows, of values that are kept for ever.
//!
//! Looking takes no lock and writes nothing: so threads don't meet here, a child of `fork` finds nothing held, and it may happen anywhere, in a
//! destructor of thread-local data as in a signal handler. The list grows at its end, by one exchange of the null that is there: so a value
//! stays behind those that were there before, and who has lost a race looks at nothing but what has come since.
//!
//! A link is null until it is set, once, to a value that was leaked. It is set with `Release`; the `Acquire` load of [`Link::get`] pairs with it, and
//! orders what was written into the value before.
//!
//! The atomics are std's in loom's models, too, as those of everything that stands in statics.

use std::fmt;
use std::iter;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A list that only grows, of values that are kept for ever: for what there is no more of than the source of a program says, as call sites.
///
/// Looking takes no lock. Values are never dropped, also when the list is.
///
/// ```
/// use ttlog_core::bridge::Forever;
///
/// static NAMES: Forever<String> = Forever::new();
///
/// let first = NAMES.push("first".to_owned());
/// let again = NAMES.push_unless(|known| known == "first", "first".to_owned());
/// assert!(std::ptr::eq(first, again.unwrap_err()));
/// NAMES.push("second".to_owned());
/// assert!(NAMES.iter().map(|name| name.as_str()).eq(["first", "second"]));
/// assert!(NAMES.find(|known| known == "third").is_none());
/// ```
pub struct Forever<T: 'static> {
    first: Link<T>,
}

/// A value in a [`Forever`], which it dereferences to.
pub struct Kept<T: 'static> {
    value: T,
    next: Link<T>,
}

/// Null, or what was leaked.
struct Link<T: 'static> {
    kept: AtomicPtr<Kept<T>>,
    /// What each thread is given that can reach the link: so it may be sent and shared where this may.
    gives: PhantomData<&'static T>,
}

impl<T> Forever<T> {
    /// An empty list.
    pub const fn new() -> Self {
        Forever { first: Link::new() }
    }

    /// The values in the order in which they came. Asked again after its end, it gives those that came meanwhile.
    pub fn iter(&self) -> impl Iterator<Item = &'static Kept<T>> {
        let mut link = &self.first;
        iter::from_fn(move || {
            let kept = link.get()?;
            link = &kept.next;
            Some(kept)
        })
    }

    /// The first value that `is_it`.
    #[inline(always)]
    pub fn find(&self, is_it: impl FnMut(&T) -> bool) -> Option<&'static Kept<T>> {
        self.first.find(is_it)
    }

    /// Appends a value.
    pub fn push(&self, value: T) -> &'static Kept<T> {
        match self.push_unless(|_| false, value) {
            Ok(kept) | Err(kept) => kept,
        }
    }

    /// Appends a value, unless one is there that `is_it`. Of threads that come with the same one at once, one appends it.
    ///
    /// # Errors
    /// The value that is there; the one that was to be appended is dropped.
    pub fn push_unless(
        &self,
        mut is_it: impl FnMut(&T) -> bool,
        value: T,
    ) -> Result<&'static Kept<T>, &'static Kept<T>> {
        let mut new = Box::new(Kept {
            value,
            next: Link::new(),
        });
        let mut end = &self.first;
        loop {
            while let Some(kept) = end.get() {
                if is_it(kept) {
                    return Err(kept);
                }
                end = &kept.next;
            }
            match end.try_set(new) {
                Ok(kept) => return Ok(kept),
                Err(raced) => new = raced,
            }
        }
    }
}

impl<T> Kept<T> {
    /// The first of the values that came after this one that `is_it`.
    #[inline(always)]
    pub fn find_after(&self, is_it: impl FnMut(&T) -> bool) -> Option<&'static Kept<T>> {
        self.next.find(is_it)
    }
}

impl<T> Link<T> {
    const fn new() -> Self {
        Link {
            kept: AtomicPtr::new(ptr::null_mut()),
            gives: PhantomData,
        }
    }

    #[inline(always)]
    fn get(&self) -> Option<&'static Kept<T>> {
        // SAFETY: null, or what `try_set` has leaked whole; from then on it is only read, but for its own link, which is atomic.
        unsafe { self.kept.load(Ordering::Acquire).as_ref() }
    }

    /// The first value behind it that `is_it`.
    #[inline(always)]
    fn find(&self, mut is_it: impl FnMut(&T) -> bool) -> Option<&'static Kept<T>> {
        let mut next = self.get();
        while let Some(kept) = next {
            if is_it(kept) {
                break;
            }
            next = kept.next.get();
        }
        next
    }

    /// Sets it; gives `new` back where another thread was first.
    fn try_set(&self, new: Box<Kept<T>>) -> Result<&'static Kept<T>, Box<Kept<T>>> {
        let new = Box::into_raw(new);
        // `Relaxed` where it fails: what is there is then loaded by `get`.
        let (success, failure) = (Ordering::Release, Ordering::Relaxed);
        match self
            .kept
            .compare_exchange(ptr::null_mut(), new, success, failure)
        {
            // SAFETY: it came from a box just now; nobody has it for writing, and nobody frees it.
            Ok(_) => Ok(unsafe { &*new }),
            // SAFETY: it came from a box just now, and nobody else has seen it.
            Err(_) => Err(unsafe { Box::from_raw(new) }),
        }
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Default for Forever<T> {
    fn default() -> Self {
        Forever::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Forever<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: fmt::Debug> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::{Arc, Barrier};
    use std::thread;

    use super::*;

    const THREADS: usize = 4;
    const VALUES: usize = if cfg!(miri) { 3 } else { 200 };

    /// What is behind each value must have come with it.
    #[derive(Debug)]
    struct Told {
        number: usize,
        text: String,
    }

    impl Told {
        fn new(number: usize) -> Self {
            let text = number.to_string();
            Told { number, text }
        }
    }

    /// Runs it in all threads at once, again and again.
    fn race<R: Send>(run: impl Fn(usize) -> R + Sync) -> Vec<Vec<R>> {
        let barrier = Barrier::new(THREADS);
        let run_all = || {
            let run_one = |number| {
                barrier.wait();
                run(number)
            };
            (0..VALUES).map(run_one).collect()
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(run_all)).collect();
            let results = threads.into_iter().map(|thread| thread.join().unwrap());
            results.collect()
        })
    }

    #[test]
    fn of_threads_that_bring_the_same_value_one_appends_it_and_all_have_it() {
        let list = Forever::new();
        let results =
            race(|number| list.push_unless(|told: &Told| told.number == number, Told::new(number)));
        for number in 0..VALUES {
            let of_number = || results.iter().map(|of_thread| of_thread[number]);
            assert_eq!(of_number().filter(Result::is_ok).count(), 1);
            let kept: Vec<_> = of_number()
                .map(|result| result.unwrap_or_else(|kept| kept))
                .collect();
            assert!(kept.iter().all(|other| ptr::eq(*other, kept[0])));
            assert_eq!(kept[0].text, number.to_string());
        }
        assert!(list.iter().map(|told| told.number).eq(0..VALUES));
    }

    #[test]
    fn values_that_threads_bring_at_once_are_all_there_and_seen_whole() {
        let list = Forever::new();
        race(|number| {
            list.push(Told::new(number));
            assert!(list.iter().all(|told| told.text == told.number.to_string()));
        });
        for number in 0..VALUES {
            let times = list.iter().filter(|told| told.number == number).count();
            assert_eq!(times, THREADS);
        }
    }

    #[test]
    fn what_is_not_appended_is_dropped_and_what_is_never() {
        static DROPPED: AtomicUsize = AtomicUsize::new(0);

        struct Counted;

        impl Drop for Counted {
            fn drop(&mut self) {
                DROPPED.fetch_add(1, Ordering::Relaxed);
            }
        }

        {
            let list = Forever::new();
            race(|_| list.push_unless(|_| true, Counted).is_ok());
        }
        assert_eq!(DROPPED.load(Ordering::Relaxed), THREADS * VALUES - 1);
    }

    #[test]
    fn an_iterator_at_the_end_goes_on_with_what_came_meanwhile() {
        let list = Arc::new(Forever::new());
        let mut values = list.iter().map(|kept| **kept);
        assert_eq!(values.next(), None);
        list.push(1);
        assert_eq!(values.next(), Some(1));
        list.push(2);
        assert_eq!((values.next(), values.next()), (Some(2), None));
    }

    #[test]
    fn the_first_is_found_and_from_there_those_after_it() {
        let list = Forever::new();
        for number in 1..=4 {
            list.push(number);
        }
        let is_even = |number: &i32| number % 2 == 0;
        let first = list.find(is_even).unwrap();
        let second = first.find_after(is_even).unwrap();
        assert_eq!((**first, **second), (2, 4));
        assert!(second.find_after(is_even).is_none());
        assert!(Forever::new().find(is_even).is_none());
    }
}
