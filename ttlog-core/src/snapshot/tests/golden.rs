//! One file of each version of the format is kept, and read for ever.
//!
//! `TTLOG_RENEW_GOLDEN=1 cargo test -p ttlog-core golden` writes the files of the present version anew.

use std::fs;
use std::path::{Path, PathBuf};

use super::sample::{dump, sample};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn version_1_is_read_as_it_was_and_written_as_it_was() {
    if std::env::var_os("TTLOG_RENEW_GOLDEN").is_some() {
        fs::create_dir_all(path("")).unwrap();
        fs::write(path("v1.ttlog"), sample()).unwrap();
        fs::write(path("v1.txt"), dump(&sample()).unwrap()).unwrap();
    }
    let bytes = fs::read(path("v1.ttlog")).unwrap();
    let text = fs::read_to_string(path("v1.txt")).unwrap();
    assert_eq!(dump(&bytes).unwrap(), text.replace("\r\n", "\n"));
    assert!(
        bytes == sample(),
        "the writer has changed: move the version"
    );
}
