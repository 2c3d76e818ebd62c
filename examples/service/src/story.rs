//! What a panic's snapshot tells: everything that happened in the request that ended by it, whoever logged it.

use std::error::Error;
use std::path::{Path, PathBuf};

use ttlog::format::Text;
use ttlog::{FieldValue, Format, RecordKind, SnapshotReader};

/// Prints what is known of the request that panicked.
pub(crate) fn print(directory: &Path) -> Result<(), Box<dyn Error>> {
    let Some(path) = newest(directory)? else {
        println!("nothing panicked");
        return Ok(());
    };
    println!("snapshot: {}\n", path.display());
    let mut failed = None;
    let mut requests: Vec<(Option<FieldValue>, String)> = Vec::new();
    let mut snapshot = SnapshotReader::open(&path)?;
    while let Some(event) = snapshot.next_event()? {
        let mut line = String::new();
        Text.format(&event, &mut line);
        let request = event.to_log_event().field_in_chain("request_id").cloned();
        if event.target() == "panic" {
            failed = request.clone();
        }
        // Contexts have no lines of their own: their fields are in those of the events.
        if matches!(
            event.kind(),
            RecordKind::Event | RecordKind::SpanBegin | RecordKind::SpanEnd
        ) {
            requests.push((request, line));
        }
    }
    let of_failed = |request: &Option<FieldValue>| request.is_some() && *request == failed;
    for (_, line) in requests.iter().filter(|(request, _)| of_failed(request)) {
        print!("{line}");
    }
    Ok(())
}

/// The newest snapshot in a directory.
fn newest(directory: &Path) -> Result<Option<PathBuf>, Box<dyn Error>> {
    let mut snapshots = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "ttlog")
        {
            snapshots.push((path.metadata()?.modified()?, path));
        }
    }
    Ok(snapshots.into_iter().max().map(|(_, path)| path))
}
