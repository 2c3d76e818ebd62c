//! One file of each version of the format is kept, and read for ever.
//!
//! `TTLOG_RENEW_GOLDEN=1 cargo test -p ttlog-core --features compression golden` writes the files of the present version anew.

use std::fs;
use std::path::{Path, PathBuf};

use super::sample::{dump, sample};
use crate::snapshot::Packing;
use crate::snapshot::layout::FILE_HEADER_BYTES;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

/// Whether a file says what it said when it was made; gives the file.
#[track_caller]
fn read_as_it_was(name: &str) -> Vec<u8> {
    let bytes = fs::read(path(&format!("{name}.ttlog"))).unwrap();
    let text = fs::read_to_string(path(&format!("{name}.txt"))).unwrap();
    assert_eq!(dump(&bytes).unwrap(), text.replace("\r\n", "\n"));
    bytes
}

/// Writes a file anew where that was asked for.
fn renew(name: &str, packing: Packing) {
    if std::env::var_os("TTLOG_RENEW_GOLDEN").is_some() {
        let bytes = sample(packing);
        fs::write(path(&format!("{name}.ttlog")), &bytes).unwrap();
        fs::write(path(&format!("{name}.txt")), dump(&bytes).unwrap()).unwrap();
    }
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn version_1_0_is_read_as_it_was_and_its_blocks_are_written_as_they_were() {
    let bytes = read_as_it_was("v1");
    assert!(
        bytes[FILE_HEADER_BYTES..] == sample(Packing::Plain)[FILE_HEADER_BYTES..],
        "the writer has changed: move the version"
    );
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn version_1_1_is_read_as_it_was_and_written_as_it_was() {
    renew("v1.1", Packing::Packed);
    let bytes = read_as_it_was("v1.1");
    assert!(
        bytes == sample(Packing::Packed),
        "the writer has changed: move the version"
    );
}

/// Another version of the compressor may write something else.
#[cfg(feature = "compression")]
#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn version_1_1_with_lz4_is_read_as_it_was() {
    renew("v1.1-lz4", Packing::Lz4);
    read_as_it_was("v1.1-lz4");
}

#[cfg(not(feature = "compression"))]
#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn what_only_the_feature_reads_is_told_by_its_name() {
    let bytes = fs::read(path("v1.1-lz4.ttlog")).unwrap();
    let mut reader = crate::SnapshotReader::new(&bytes[..]).unwrap();
    while reader.next_event().unwrap().is_some() {}
    let told = reader.flaws()[0].to_string();
    assert!(told.contains("feature `compression`"), "{told}");
}
