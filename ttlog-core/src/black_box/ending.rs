//! [`Ending`]: how the process of an image ended, as far as the image tells.

use std::fmt::{self, Write};

use super::layout::header::CRASH_WORDS;

/// A fatal signal, as its handler left it in the image.
///
/// | word | holds |
/// |---|---|
/// | 0 | [`COMPLETE`], stored last; 0 where there was no crash |
/// | 1 | the signal |
/// | 2 | `si_code`, a signed number |
/// | 3 | whether there is an address: 1 or 0 |
/// | 4 | the address |
/// | 5 | ttlog's number of the thread in the low half, the system's in the high half |
/// | 6 | the wall time in nanoseconds since 1970 UTC |
/// | 7 to 13 | the thread's name in UTF-8, as bytes of words in little endian, padded with zeros |
/// | 14, 15 | nothing, 0 |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Crash {
    pub(crate) signal: u32,
    /// Why the signal came: `si_code`.
    pub(crate) code: i32,
    /// What the signal is about, for those that have an address.
    pub(crate) address: Option<u64>,
    /// ttlog's number of the thread; 0 for one that has never logged.
    pub(crate) thread_id: u32,
    /// The system's number of the thread.
    pub(crate) os_thread_id: u32,
    /// In nanoseconds since 1970 UTC.
    pub(crate) wall_ns: u64,
    /// The name of the thread, padded with zeros.
    pub(crate) name: [u8; 56],
}

/// Where the words of a crash say that all of them are there.
pub(crate) const COMPLETE: u64 = 2;

impl Crash {
    /// The words in the image. The first is to be stored last.
    #[cfg(any(test, all(feature = "signals", unix)))]
    pub(crate) fn to_words(self) -> [u64; CRASH_WORDS] {
        let mut words = [0; CRASH_WORDS];
        words[0] = COMPLETE;
        words[1] = u64::from(self.signal);
        words[2] = i64::from(self.code) as u64;
        words[3] = u64::from(self.address.is_some());
        words[4] = self.address.unwrap_or(0);
        words[5] = u64::from(self.thread_id) | u64::from(self.os_thread_id) << 32;
        words[6] = self.wall_ns;
        let (chunks, _) = self.name.as_chunks::<8>();
        for (word, chunk) in words[7..14].iter_mut().zip(chunks) {
            *word = u64::from_le_bytes(*chunk);
        }
        words
    }

    /// Takes the words apart; `None` where there was no crash.
    pub(crate) fn from_words(words: &[u64; CRASH_WORDS]) -> Option<Crash> {
        if words[0] != COMPLETE {
            return None;
        }
        let mut name = [0; 56];
        for (chunk, word) in name.chunks_exact_mut(8).zip(&words[7..14]) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        Some(Crash {
            signal: words[1] as u32,
            code: words[2] as i32,
            address: (words[3] != 0).then_some(words[4]),
            thread_id: words[5] as u32,
            os_thread_id: (words[5] >> 32) as u32,
            wall_ns: words[6],
            name,
        })
    }

    /// The name of the thread; empty where it has none or none that is text.
    pub(crate) fn thread_name(&self) -> &str {
        let length = self.name.iter().position(|byte| *byte == 0);
        std::str::from_utf8(&self.name[..length.unwrap_or(self.name.len())]).unwrap_or("")
    }

    /// The signal's name, for those that a program dies of by its own fault.
    pub(crate) fn signal_name(&self) -> &'static str {
        // The numbers of Linux on most architectures, and of macOS but for SIGBUS.
        match self.signal {
            4 => "SIGILL",
            5 => "SIGTRAP",
            6 => "SIGABRT",
            7 => "SIGBUS",
            8 => "SIGFPE",
            10 if cfg!(not(target_os = "linux")) => "SIGBUS",
            11 => "SIGSEGV",
            _ => "a signal",
        }
    }
}

/// `SIGSEGV (11) at 0x10 in thread worker`.
impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.signal_name(), self.signal)?;
        if let Some(address) = self.address {
            write!(f, " at {address:#x}")?;
        }
        match self.thread_name() {
            "" => write!(f, " in thread {}", self.os_thread_id),
            name => {
                f.write_str(" in thread ")?;
                name.chars().try_for_each(|character| {
                    f.write_char(if character.is_control() {
                        '\u{FFFD}'
                    } else {
                        character
                    })
                })
            }
        }
    }
}

/// How the process of an image ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It still runs.
    Running,
    /// By a return from `main` or by `exit`.
    Well,
    /// In the same way, but a sink had not been given everything.
    Unflushed,
    /// By a fatal signal that was caught.
    Crashed(Crash),
    /// Without a word, but a thread had panicked before: by `abort` as a rule, if that was just before.
    Panicked,
    /// Without a word.
    Killed,
    /// The machine was started anew meanwhile.
    MachineDown,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Running => f.write_str("is still running"),
            Ending::Well => f.write_str("ended well"),
            Ending::Unflushed => f.write_str("ended while a sink had not been given everything"),
            Ending::Crashed(crash) => write!(f, "crashed: {crash}"),
            Ending::Panicked => f.write_str("was killed or aborted; a thread had panicked before"),
            Ending::Killed => f.write_str("was killed: it ended without a word"),
            Ending::MachineDown => f.write_str("ended with the machine, which went down"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_is_read_back_and_told_in_one_line() {
        let mut name = [0; 56];
        name[..8].copy_from_slice(b"work\ner1");
        let crash = Crash {
            signal: 11,
            code: -6,
            address: Some(0x10),
            thread_id: 3,
            os_thread_id: 4711,
            wall_ns: 99,
            name,
        };
        let words = crash.to_words();
        assert_eq!(Crash::from_words(&words), Some(crash));
        let told = Ending::Crashed(crash).to_string();
        assert_eq!(
            told,
            "crashed: SIGSEGV (11) at 0x10 in thread work\u{FFFD}er1"
        );
        assert_eq!(Crash::from_words(&[0; CRASH_WORDS]), None);
    }
}
