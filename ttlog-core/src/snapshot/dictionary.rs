//! [`Dictionary`]: the call sites and the threads that the records name by number.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::layout::MAX_FIELDS;
use super::payload::{PayloadReader, PayloadWriter};
use crate::level::LogLevel;
use crate::metadata::{FieldDef, LabelCell, Metadata, RecordKind};
use crate::record::MAX_SITE;

/// Appends a call site's entry to the payload of a sites block.
pub(crate) fn encode_site(payload: &mut PayloadWriter, site: u32, metadata: &Metadata) {
    let start = payload.bytes.len();
    payload.u32(0);
    payload.u32(site);
    payload.u32(metadata.level as u32);
    payload.u32(metadata.line);
    payload.text(&metadata.target);
    payload.text(&metadata.name);
    payload.text(&metadata.module_path);
    payload.text(&metadata.file);
    payload.text(&metadata.message);
    let fields = &metadata.fields[..metadata.fields.len().min(MAX_FIELDS)];
    payload.u32(fields.len() as u32);
    for field in fields {
        payload.text(&field.name);
        payload.u32(u32::from(field.constant.is_some()));
        if let Some(constant) = &field.constant {
            payload.text(constant);
        }
    }
    if metadata.kind != RecordKind::Event {
        payload.u32(metadata.kind as u32);
    }
    let length = (payload.bytes.len() - start - 4) as u32;
    payload.bytes[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

/// Reads what [`encode_site`] wrote; what follows in the entry is left for later versions.
fn decode_site(entry: &[u8]) -> Option<(u32, Metadata)> {
    let mut entry = PayloadReader { bytes: entry };
    let site = entry.u32()?;
    let level = LogLevel::from_u8(u8::try_from(entry.u32()?).ok()?)?;
    let line = entry.u32()?;
    let mut text = || entry.text().map(Cow::Owned);
    let (target, name, module_path, file, message) = (text()?, text()?, text()?, text()?, text()?);
    let count = entry.u32()? as usize;
    if site > MAX_SITE || count > MAX_FIELDS {
        return None;
    }
    let mut fields = Vec::new();
    for _ in 0..count {
        let name = Cow::Owned(entry.text()?);
        let constant = match entry.u32()? {
            0 => None,
            1 => Some(Cow::Owned(entry.text()?)),
            _ => return None,
        };
        fields.push(FieldDef { name, constant });
    }
    // Version 1.1 and earlier know events only. Records of a kind that comes later are shown as events.
    let kind = entry.u32().and_then(RecordKind::from_u32);
    let metadata = Metadata {
        level,
        target,
        name,
        module_path,
        file,
        line,
        message,
        fields: Cow::Owned(fields),
        kind: kind.unwrap_or_default(),
        labels: LabelCell::new(),
    };
    Some((site, metadata))
}

/// Appends a thread's entry to the payload of a threads block.
pub(crate) fn encode_thread(payload: &mut PayloadWriter, thread: u32, name: &str) {
    payload.u32(thread);
    payload.text(name);
}

/// What the records name by number.
#[derive(Debug)]
pub(crate) struct Dictionary {
    sites: Vec<Option<Box<Metadata>>>,
    threads: BTreeMap<u32, Box<str>>,
    /// For records that name no call site.
    dynamic: Metadata,
}

impl Dictionary {
    pub(crate) fn new() -> Dictionary {
        Dictionary {
            sites: Vec::new(),
            threads: BTreeMap::new(),
            dynamic: Metadata::new(LogLevel::Info, "", "", "", 0, "", &[]),
        }
    }

    /// The call site of this number, 0 being that of dynamic records.
    #[inline]
    pub(crate) fn site(&self, site: u32) -> Option<&Metadata> {
        match site {
            0 => Some(&self.dynamic),
            _ => self.sites.get(site as usize)?.as_deref(),
        }
    }

    pub(crate) fn thread(&self, thread: u32) -> Option<&str> {
        self.threads.get(&thread).map(|name| &**name)
    }

    /// Adds the call sites of a payload; gives `None` if it makes no sense from some point on.
    pub(crate) fn decode_sites(&mut self, payload: &[u8]) -> Option<()> {
        let mut payload = PayloadReader { bytes: payload };
        for _ in 0..payload.u32()? {
            let (site, metadata) = decode_site(payload.part()?)?;
            let place = site as usize;
            if place >= self.sites.len() {
                self.sites.resize_with(place + 1, || None);
            }
            self.sites[place] = Some(Box::new(metadata));
        }
        Some(())
    }

    /// Adds the threads of a payload; gives `None` if it makes no sense from some point on.
    pub(crate) fn decode_threads(&mut self, payload: &[u8]) -> Option<()> {
        let mut payload = PayloadReader { bytes: payload };
        for _ in 0..payload.u32()? {
            let thread = payload.u32()?;
            self.threads.insert(thread, payload.text()?.into());
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_site_is_read_back() {
        const FIELDS: &[FieldDef] = &[FieldDef::new("id"), FieldDef::constant("unit", "µs")];
        let metadata = Metadata::new(
            LogLevel::Critical,
            "a::b",
            "a::m",
            "src/a.rs",
            9,
            "hé",
            FIELDS,
        )
        .with_name("name");
        let mut payload = PayloadWriter::default();
        payload.u32(1);
        encode_site(&mut payload, 77, &metadata);
        payload.pad();
        let mut dictionary = Dictionary::new();
        dictionary.decode_sites(&payload.bytes).unwrap();
        assert_eq!(dictionary.site(77), Some(&metadata));
        assert_eq!(dictionary.site(76), None);
        assert_eq!(dictionary.site(78), None);
        assert!(dictionary.site(0).is_some());
        for length in 0..payload.bytes.len() - 8 {
            let cut = &payload.bytes[..length];
            assert_eq!(Dictionary::new().decode_sites(cut), None);
        }
    }

    #[test]
    fn a_call_site_with_too_many_fields_keeps_the_first_ones() {
        let fields: Vec<_> = (0..MAX_FIELDS + 5).map(|_| FieldDef::new("x")).collect();
        let mut metadata = Metadata::new(LogLevel::Info, "", "", "", 0, "", &[]);
        metadata.fields = fields.into();
        let mut payload = PayloadWriter::default();
        payload.u32(1);
        encode_site(&mut payload, 1, &metadata);
        let mut dictionary = Dictionary::new();
        dictionary.decode_sites(&payload.bytes).unwrap();
        assert_eq!(dictionary.site(1).unwrap().fields.len(), MAX_FIELDS);
    }
}
