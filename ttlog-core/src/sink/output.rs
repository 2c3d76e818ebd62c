//! [`Output`]: the buffer between a sink and what it writes to, and what happens when that fails.
//!
//! Invariants: bytes reach the writer in the order in which they were appended, each once; what [`Output::append`] took
//! stays until the writer has it, whatever fails in between.

use std::io::{self, ErrorKind, Write};

/// A buffer of this many bytes is written without waiting for a flush.
const FULL_BYTES: usize = 64 << 10;
/// While the writer fails, events are taken until so many bytes wait.
const LIMIT_BYTES: usize = 1 << 20;

/// A writer with a buffer that survives its failures.
#[derive(Debug)]
pub(super) struct Output<W: Write> {
    writer: W,
    /// Taken, and not written yet.
    waiting: Vec<u8>,
    /// The writer is tried when so many bytes wait; more than usual after it failed.
    write_at: usize,
}

impl<W: Write> Output<W> {
    pub(super) fn new(writer: W) -> Self {
        Output {
            writer,
            waiting: Vec::with_capacity(FULL_BYTES),
            write_at: FULL_BYTES,
        }
    }

    pub(super) fn writer(&self) -> &W {
        &self.writer
    }

    /// Takes a whole event.
    ///
    /// # Errors
    /// The writer fails and too much waits already: nothing of the event was taken.
    pub(super) fn append(&mut self, event: &[u8]) -> io::Result<()> {
        // Written before the event is added, so that what is written at once ends with a whole event.
        let length = self.waiting.len() + event.len();
        if length > self.write_at && !self.waiting.is_empty() {
            let result = self.drain();
            if self.waiting.len() + event.len() > LIMIT_BYTES && !self.waiting.is_empty() {
                result?;
            }
        }
        self.waiting.extend_from_slice(event);
        Ok(())
    }

    /// Brings all that waits to the writer, and what the writer keeps to its place.
    ///
    /// # Errors
    /// Something still waits; the next call goes on at the very byte.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.drain()?;
        loop {
            match self.writer.flush() {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    fn drain(&mut self) -> io::Result<()> {
        let mut written = 0;
        let result = loop {
            if written == self.waiting.len() {
                break Ok(());
            }
            match self.writer.write(&self.waiting[written..]) {
                Ok(0) => break Err(ErrorKind::WriteZero.into()),
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        self.waiting.drain(..written);
        // A failing writer isn't tried for each event, but for each buffer more.
        self.write_at = match result {
            Ok(()) => FULL_BYTES,
            Err(_) => (self.waiting.len() + FULL_BYTES).min(LIMIT_BYTES),
        };
        if self.waiting.is_empty() && self.waiting.capacity() > 2 * FULL_BYTES {
            self.waiting = Vec::with_capacity(FULL_BYTES);
        }
        result
    }

    /// Goes on with another writer; nothing may wait for the old one, which is dropped.
    pub(super) fn continue_with(&mut self, writer: W) {
        debug_assert!(
            self.waiting.is_empty(),
            "what waits belongs to the old writer"
        );
        self.writer = writer;
    }
}

/// What still waits is tried once more.
impl<W: Write> Drop for Output<W> {
    fn drop(&mut self) {
        // Whoever drops a sink has no way to hear of a failure; who wants to, flushes before.
        let _ = self.flush();
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::sync::{Arc, Mutex, PoisonError};

    /// What a test writer does when it is asked to write.
    #[derive(Debug, Clone, Copy)]
    pub(in crate::sink) enum Answer {
        Take(usize),
        Fail(ErrorKind),
    }

    /// A writer that answers as it is told, then takes everything. Clones share what was written.
    #[derive(Debug, Clone, Default)]
    pub(in crate::sink) struct Scripted(Arc<Mutex<Script>>);

    #[derive(Debug, Default)]
    struct Script {
        /// The next answer is the last of these.
        answers: Vec<Answer>,
        written: Vec<u8>,
        calls: usize,
    }

    impl Scripted {
        pub(in crate::sink) fn answers(&self, answers: impl IntoIterator<Item = Answer>) {
            let mut answers: Vec<_> = answers.into_iter().collect();
            answers.reverse();
            self.0.lock().unwrap().answers = answers;
        }

        pub(in crate::sink) fn written(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().written.clone()).unwrap()
        }

        pub(in crate::sink) fn calls(&self) -> usize {
            self.0.lock().unwrap().calls
        }
    }

    impl Write for Scripted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.calls += 1;
            let count = match state.answers.pop() {
                Some(Answer::Fail(kind)) => return Err(kind.into()),
                Some(Answer::Take(count)) => count.min(bytes.len()),
                None => bytes.len(),
            };
            state.written.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_writer_that_fails_at_any_byte_gets_every_byte_once() {
        let events: Vec<String> = (0..6).map(|number| format!("event {number}\n")).collect();
        let all = events.concat();
        for broken_at in 0..all.len() {
            let writer = Scripted::default();
            writer.answers([
                Answer::Fail(ErrorKind::Interrupted),
                Answer::Take(broken_at),
                Answer::Fail(ErrorKind::StorageFull),
                Answer::Take(0),
                Answer::Take(1),
                Answer::Fail(ErrorKind::BrokenPipe),
            ]);
            let mut output = Output::new(writer.clone());
            let mut failures = 0;
            for event in &events {
                output.append(event.as_bytes()).unwrap();
                failures += usize::from(output.flush().is_err());
            }
            output.flush().unwrap();
            assert!(failures >= 2, "{failures}");
            assert_eq!(writer.written(), all);
        }
    }

    #[test]
    fn a_full_buffer_is_written_at_the_border_of_an_event() {
        let writer = Scripted::default();
        let mut output = Output::new(writer.clone());
        let event = format!("{}\n", "x".repeat(999));
        for _ in 0..100 {
            output.append(event.as_bytes()).unwrap();
        }
        assert_eq!(writer.calls(), 1);
        assert_eq!(writer.written(), event.repeat(FULL_BYTES / 1000));
    }

    #[test]
    fn while_the_writer_fails_events_are_taken_up_to_the_limit() {
        let writer = Scripted::default();
        writer.answers([Answer::Fail(ErrorKind::StorageFull); 1000]);
        let mut output = Output::new(writer.clone());
        let event = format!("{}\n", "x".repeat(999));
        let taken = (0..2000)
            .filter(|_| output.append(event.as_bytes()).is_ok())
            .count();
        assert_eq!(taken, LIMIT_BYTES / 1000);
        assert!(output.waiting.len() <= LIMIT_BYTES);
        writer.answers([Answer::Take(12_345)]);
        output.append(b"last\n").unwrap();
        output.flush().unwrap();
        assert_eq!(writer.written(), event.repeat(taken) + "last\n");
        assert!(output.waiting.capacity() <= 2 * FULL_BYTES);
    }

    #[test]
    fn a_failing_writer_is_not_tried_for_each_event() {
        let writer = Scripted::default();
        writer.answers([Answer::Fail(ErrorKind::StorageFull); 1000]);
        let mut output = Output::new(writer.clone());
        while output.waiting.len() < LIMIT_BYTES - 1000 {
            output.append(&[b'x'; 100]).unwrap();
        }
        assert!(
            writer.calls() <= LIMIT_BYTES / FULL_BYTES,
            "{}",
            writer.calls()
        );
    }

    #[test]
    fn an_event_over_the_limit_is_taken_where_nothing_waits() {
        let writer = Scripted::default();
        let mut output = Output::new(writer.clone());
        let huge = "x".repeat(2 * LIMIT_BYTES);
        output.append(huge.as_bytes()).unwrap();
        drop(output);
        assert_eq!(writer.written(), huge);
    }
}
