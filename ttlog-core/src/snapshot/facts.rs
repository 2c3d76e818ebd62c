//! [`Facts`]: what a snapshot says of the process that it comes from.

use super::payload::{PayloadReader, PayloadWriter};

/// The names of the facts that ttlog writes. A snapshot may have others, and need not have any.
pub mod fact {
    /// Text: the name of the service.
    pub const SERVICE: &str = "service";
    /// Text: why the snapshot was made.
    pub const REASON: &str = "reason";
    /// Number: the process id.
    pub const PID: &str = "pid";
    /// Text: the path of the executable.
    pub const EXECUTABLE: &str = "executable";
    /// Text: the build id of the executable, in hexadecimal digits: that of its ELF note, where it has one.
    pub const BUILD_ID: &str = "build_id";
    /// Text: the name of the machine.
    pub const HOST: &str = "host";
    /// Text: what the kernel calls this start of the machine.
    pub const BOOT_ID: &str = "boot_id";
    /// Number: when logging began, in nanoseconds since 1970 UTC.
    pub const START_TIME_NS: &str = "start_time_ns";
    /// Number: when the snapshot was made, in nanoseconds since 1970 UTC.
    pub const SNAPSHOT_TIME_NS: &str = "snapshot_time_ns";
    /// Text: what the ids of all traces that began in the process begin with, 16 hexadecimal digits.
    pub const TRACE_PREFIX: &str = "trace_prefix";
    /// Text: the version of ttlog that wrote the snapshot.
    pub const TTLOG_VERSION: &str = "ttlog_version";
    /// Number: events recorded since the start.
    pub const RECORDED: &str = "recorded";
    /// Number: events that newer ones took the place of before they reached the recorder.
    pub const OVERWRITTEN: &str = "overwritten";
    /// Number: events that could not be recorded.
    pub const DROPPED: &str = "dropped";
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FactValue {
    /// A text.
    Text(String),
    /// A count, an id, a time: the fact's name has the unit.
    Number(u64),
}

/// How the kinds of value are written.
const TEXT: u32 = 1;
const NUMBER: u32 = 2;

/// What a snapshot says of the process that it comes from: names and values in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    entries: Vec<(String, FactValue)>,
}

impl Facts {
    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FactValue)> {
        self.entries
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// The value of a fact; see [`fact`] for the names.
    pub fn get(&self, name: &str) -> Option<&FactValue> {
        self.iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }

    /// The value of a fact that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            FactValue::Text(text) => Some(text),
            FactValue::Number(_) => None,
        }
    }

    /// The value of a fact that is a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            FactValue::Number(number) => Some(*number),
            FactValue::Text(_) => None,
        }
    }

    /// Sets a fact that is a text.
    pub(crate) fn set_text(&mut self, name: &str, text: impl Into<String>) {
        self.set(name, FactValue::Text(text.into()));
    }

    /// Sets a fact that is a number.
    pub(crate) fn set_number(&mut self, name: &str, number: u64) {
        self.set(name, FactValue::Number(number));
    }

    fn set(&mut self, name: &str, value: FactValue) {
        match self.entries.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = value,
            None => self.entries.push((name.to_owned(), value)),
        }
    }

    /// The payload of the facts block.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut payload = PayloadWriter::default();
        payload.u32(self.entries.len() as u32);
        for (name, value) in &self.entries {
            match value {
                FactValue::Text(text) => payload.fact_text(name, text),
                FactValue::Number(number) => payload.fact_number(name, *number),
            }
        }
        payload.pad();
        payload.bytes
    }

    /// Adds the facts of a payload; facts of a kind that this code doesn't know are left out. `None` if the payload ends too
    /// soon or says more than [`MOST_FACTS`].
    pub(crate) fn decode(&mut self, payload: &[u8]) -> Option<()> {
        let mut payload = PayloadReader { bytes: payload };
        for _ in 0..payload.u32()? {
            let name = payload.text()?;
            let kind = payload.u32()?;
            let mut value = PayloadReader {
                bytes: payload.part()?,
            };
            let value = match kind {
                TEXT => FactValue::Text(String::from_utf8_lossy(value.bytes).into_owned()),
                NUMBER => FactValue::Number(value.u64()?),
                _ => continue,
            };
            if self.entries.len() == MOST_FACTS {
                return None;
            }
            self.set(&name, value);
        }
        Some(())
    }
}

impl PayloadWriter {
    /// Appends a fact that is a text.
    pub(crate) fn fact_text(&mut self, name: &str, text: &str) {
        self.text(name);
        self.u32(TEXT);
        self.text(text);
    }

    /// Appends a fact that is a number.
    pub(crate) fn fact_number(&mut self, name: &str, number: u64) {
        self.text(name);
        self.u32(NUMBER);
        self.u32(8);
        self.u64(number);
    }
}

/// A reader takes no more facts: their names are looked up one by one.
const MOST_FACTS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_back_and_later_ones_replace_earlier_ones() {
        let mut facts = Facts::default();
        facts.set_text(fact::SERVICE, "checkout");
        facts.set_number(fact::PID, 4711);
        let mut read = Facts::default();
        read.set_text(fact::SERVICE, "old");
        read.decode(&facts.encode()).unwrap();
        assert_eq!(read, facts);
        assert_eq!(read.text(fact::SERVICE), Some("checkout"));
        assert_eq!(read.number(fact::PID), Some(4711));
        assert_eq!(read.text(fact::PID), None);
    }

    #[test]
    fn a_kind_of_value_from_the_future_is_left_out() {
        let mut payload = PayloadWriter::default();
        payload.u32(2);
        payload.text("shape");
        payload.u32(77);
        payload.text("round");
        payload.text("pid");
        payload.u32(NUMBER);
        payload.u32(8);
        payload.u64(1);
        payload.pad();
        let mut facts = Facts::default();
        facts.decode(&payload.bytes).unwrap();
        assert_eq!(
            facts.iter().collect::<Vec<_>>(),
            [("pid", &FactValue::Number(1))]
        );
    }

    #[test]
    fn too_many_facts_are_refused() {
        let mut payload = PayloadWriter::default();
        payload.u32(2000);
        for number in 0..2000 {
            payload.text(&number.to_string());
            payload.u32(TEXT);
            payload.text("");
        }
        assert_eq!(Facts::default().decode(&payload.bytes), None);
        assert_eq!(Facts::default().decode(&payload.bytes[..9]), None);
    }
}
