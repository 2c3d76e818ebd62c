//! Placeholder until the sinks land.
use crate::{EventRef, Format, Sink, format::Text};
use std::io::{self, Write};
/// Console.
#[derive(Debug)]
pub struct Console(String);
impl Console {
    /// stderr
    pub fn stderr() -> Self {
        Console(String::new())
    }
}
impl Sink for Console {
    fn write(&mut self, event: &EventRef<'_>) -> io::Result<()> {
        Text.format(event, &mut self.0);
        Ok(())
    }
    fn flush(&mut self) -> io::Result<()> {
        io::stderr().write_all(self.0.as_bytes())?;
        self.0.clear();
        Ok(())
    }
}
