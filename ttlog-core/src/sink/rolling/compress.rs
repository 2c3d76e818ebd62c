//! Compresses one file that was set aside.
//!
//! At each moment either the plain file or a complete compressed one is there, whenever the program ends: the copy gets
//! its name only when it is on the disk, and the plain file is removed only then.

use std::fs::{self, File, OpenOptions};
use std::io;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::names::Rolled;
use super::tidy::remove;

pub(super) fn compress(rolled: &Rolled) -> io::Result<()> {
    let (complete, incomplete) = (rolled.compressed_path(), rolled.incomplete_path());
    let result = write(rolled, &incomplete).and_then(|()| fs::rename(&incomplete, &complete));
    match result {
        Ok(()) => remove(&rolled.path),
        // Pruned in the meantime.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !rolled.path.exists() => Ok(()),
        Err(error) => {
            // What is left of the copy is of no use; the log itself is still there.
            let _ = fs::remove_file(&incomplete);
            Err(error)
        }
    }
}

fn write(rolled: &Rolled, incomplete: &std::path::Path) -> io::Result<()> {
    let mut from = File::open(&rolled.path)?;
    remove(incomplete)?;
    // Made anew, so that nobody's link leads the copy elsewhere.
    let to = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(incomplete)?;
    to.set_permissions(from.metadata()?.permissions())?;
    let mut encoder = GzEncoder::new(to, Compression::default());
    io::copy(&mut from, &mut encoder)?;
    encoder.finish()?.sync_all()
}
