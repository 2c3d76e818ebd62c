//! An image says in which trace its events are.

use ttlog::black_box::ImageFile;
use ttlog::{SnapshotReader, TraceParent, continue_trace, info, info_span};

use crate::child::Scene;

#[test]
fn events_in_an_image_have_the_traces_that_went_out() {
    let scene = Scene::new();
    let handle = ttlog::init()
        .recorder_only()
        .black_box(scene.black_box())
        .build()
        .unwrap();
    let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let (mut here, mut continued) = (None, None);
    handle.scope(|| {
        let _span = info_span!("request").entered();
        info!("here");
        here = TraceParent::current();
        continue_trace(header.parse().unwrap(), || {
            let _span = info_span!("served").entered();
            info!("continued");
            continued = TraceParent::current();
        });
    });
    assert!(handle.flush());
    // The process runs on: what an image has, it has at any moment.
    let mut snapshot = Vec::new();
    let image = ImageFile::open(scene.black_box()).unwrap();
    image.recover(&mut snapshot).unwrap();
    let mut reader = SnapshotReader::new(&snapshot[..]).unwrap();
    let events = reader.log_events().unwrap();
    for (message, parent) in [("here", here), ("continued", continued)] {
        let event = events.iter().find(|event| event.message == message);
        let (event, parent) = (event.expect("it was logged"), parent.unwrap());
        assert_eq!(event.trace_id, Some(parent.trace_id));
        assert_eq!(event.parent_span_id, Some(parent.span_id));
    }
}
