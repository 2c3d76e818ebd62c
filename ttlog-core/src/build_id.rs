//! The build id of the running executable: what its linker put into an ELF note, as debuggers and symbol servers know it.
//!
//! Read from the file that the kernel started, whatever has taken its name since. A file of another format, or one that makes no
//! sense, has none; no more of it is read than the headers and notes of an executable may take.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// The most program headers and the most bytes of notes that are looked at.
const MOST_HEADERS: u64 = 256;
const MOST_NOTE_BYTES: u64 = 64 << 10;
const SEGMENT_OF_NOTES: u64 = 4;
const NOTE_OF_BUILD_ID: u64 = 3;

/// The build id in hexadecimal digits, where there is one.
pub(crate) fn build_id() -> Option<String> {
    build_id_of(&mut File::open("/proc/self/exe").ok()?)
}

/// Where the fields of a class of ELF stand. All offsets are in bytes, all numbers little- or big-endian as the machine is.
struct Class {
    word_bytes: usize,
    headers_offset: usize,
    header_bytes: usize,
    headers_count: usize,
    segment_offset: usize,
    segment_bytes: usize,
}

const ELF_32: Class = Class {
    word_bytes: 4,
    headers_offset: 28,
    header_bytes: 42,
    headers_count: 44,
    segment_offset: 4,
    segment_bytes: 16,
};

const ELF_64: Class = Class {
    word_bytes: 8,
    headers_offset: 32,
    header_bytes: 54,
    headers_count: 56,
    segment_offset: 8,
    segment_bytes: 32,
};

fn build_id_of(file: &mut (impl Read + Seek)) -> Option<String> {
    let start = read(file, 0, 64)?;
    let class = match start.get(..5)? {
        b"\x7fELF\x01" => ELF_32,
        b"\x7fELF\x02" => ELF_64,
        _ => return None,
    };
    let offset = number(&start, class.headers_offset, class.word_bytes)?;
    let length = number(&start, class.header_bytes, 2)?;
    let count = number(&start, class.headers_count, 2)?.min(MOST_HEADERS);
    for place in 0..count {
        let header = read(file, offset.checked_add(place * length)?, length)?;
        if number(&header, 0, 4)? == SEGMENT_OF_NOTES {
            let offset = number(&header, class.segment_offset, class.word_bytes)?;
            let bytes = number(&header, class.segment_bytes, class.word_bytes)?;
            let notes = read(file, offset, bytes.min(MOST_NOTE_BYTES))?;
            if let Some(id) = build_id_in(&notes) {
                return Some(id);
            }
        }
    }
    None
}

/// Looks through notes: lengths of name and content, kind, then both, each padded to four bytes.
fn build_id_in(mut notes: &[u8]) -> Option<String> {
    loop {
        let [name, content, kind] = [0, 4, 8].map(|at| number(notes, at, 4));
        let (name, content) = (
            usize::try_from(name?).ok()?,
            usize::try_from(content?).ok()?,
        );
        let named_and_more = notes.get(12..)?;
        let (named, rest) = named_and_more.split_at_checked(name.checked_next_multiple_of(4)?)?;
        let bytes = rest.get(..content)?;
        if kind? == NOTE_OF_BUILD_ID && named.get(..name)? == b"GNU\0" {
            return Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        notes = rest.get(content.checked_next_multiple_of(4)?..)?;
    }
}

fn read(file: &mut (impl Read + Seek), offset: u64, length: u64) -> Option<Vec<u8>> {
    file.seek(SeekFrom::Start(offset)).ok()?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// An unsigned number of two, four or eight bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..)?.get(..length)?;
    Some(match length {
        2 => u64::from(u16::from_ne_bytes(bytes.try_into().ok()?)),
        4 => u64::from(u32::from_ne_bytes(bytes.try_into().ok()?)),
        _ => u64::from_ne_bytes(bytes.try_into().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// An executable of nothing but headers and two notes.
    fn executable(class: &Class) -> Vec<u8> {
        let mut file = vec![0; 400];
        let header_bytes = if class.word_bytes == 4 { 32 } else { 56 };
        let mut put = |at: usize, length: usize, value: u64| {
            let bytes = value.to_ne_bytes();
            let bytes = if cfg!(target_endian = "little") {
                &bytes[..length]
            } else {
                &bytes[8 - length..]
            };
            file[at..at + length].copy_from_slice(bytes);
        };
        put(class.headers_offset, class.word_bytes, 64);
        put(class.header_bytes, 2, header_bytes);
        put(class.headers_count, 2, 2);
        // The first segment is of code.
        let second = 64 + header_bytes as usize;
        put(64, 4, 1);
        put(second, 4, SEGMENT_OF_NOTES);
        put(second + class.segment_offset, class.word_bytes, 256);
        put(second + class.segment_bytes, class.word_bytes, 64);
        for (at, name, content, kind) in [(256, 5, 6, 1), (284, 4, 20, NOTE_OF_BUILD_ID)] {
            put(at, 4, name);
            put(at + 4, 4, content);
            put(at + 8, 4, kind);
        }
        file[..4].copy_from_slice(b"\x7fELF");
        file[4] = if class.word_bytes == 4 { 1 } else { 2 };
        file[296..300].copy_from_slice(b"GNU\0");
        for place in 0..20 {
            file[300 + place] = place as u8 * 13;
        }
        file
    }

    #[test]
    fn the_note_is_found_behind_others_in_both_classes() {
        for class in [ELF_32, ELF_64] {
            assert_eq!(
                build_id_of(&mut Cursor::new(executable(&class))).as_deref(),
                Some("000d1a2734414e5b6875828f9ca9b6c3d0ddeaf7")
            );
        }
    }

    #[test]
    fn any_other_bytes_have_none_or_one_of_their_own() {
        for class in [ELF_32, ELF_64] {
            let file = executable(&class);
            for length in 0..319 {
                assert_eq!(build_id_of(&mut Cursor::new(&file[..length])), None);
            }
            for place in 4..file.len() {
                for value in [0, 1, 127, 255] {
                    let mut file = file.clone();
                    file[place] = value;
                    build_id_of(&mut Cursor::new(file));
                }
            }
        }
        assert_eq!(build_id_of(&mut Cursor::new(b"#!/bin/sh\n")), None);
    }
}
