//! Snapshots: the `.ttlog` file, its writer and its reader. `docs/format.md` describes the format.
//!
//! ```text
//! file header   magic, version, CRC
//! block ...     header (kind, flags, lengths, CRC of the payload, CRC of the header), then the payload
//!               facts      what is known of the process
//!               sites      call sites, before the first record that names them
//!               threads    names of threads
//!               spans      records of spans that began before the events
//!               events     whole records, as `record` lays them out, as they are or packed
//!               end        the counts; without it the file is known to be cut
//! ```
//!
//! A block is used only if it is whole, so a file cut anywhere gives back every block before the cut.

mod blocks;
mod crc;
mod dictionary;
mod error;
mod facts;
mod file;
mod flaw;
mod layout;
#[cfg(feature = "compression")]
mod lz4;
mod names;
mod pack;
mod packed_block;
mod payload;
mod reader;
mod records;
mod retention;
#[cfg(test)]
mod tests;
mod unpack;
mod unpacking;
mod writer;

pub use error::{ReadError, SnapshotError};
pub use facts::{FactValue, Facts, fact};
pub(crate) use file::write;
pub use flaw::Flaw;
pub(crate) use packed_block::Packing;
pub use reader::SnapshotReader;
pub(crate) use retention::Keep;
pub(crate) use writer::Contents;
#[cfg(feature = "black-box")]
pub(crate) use {
    crc::crc32c,
    dictionary::encode_site,
    file::write_by,
    layout::{TARGET_BLOCK_BYTES, kind},
    payload::{PayloadWriter, cut},
    records::{bytes_of, bytes_of_mut},
    writer::BlockWriter,
};
#[cfg(all(feature = "signals", unix))]
pub(crate) use {
    file::next_counter,
    names::{ENDING, PARTIAL_ENDING, name_of_process, utc},
};
