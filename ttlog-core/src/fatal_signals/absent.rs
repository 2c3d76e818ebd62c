//! What there is where fatal signals are not compiled in.

use std::path::Path;
use std::sync::Arc;

use crate::black_box::{BlackBox, RingSizes};
use crate::init_error::InitError;
use crate::pipeline::{Pipeline, Settings};
use crate::recorder::RecorderRings;
use crate::snapshot::Facts;

/// There is none.
#[derive(Debug)]
pub(crate) enum FatalSignals {}

impl FatalSignals {
    pub(crate) fn prepare(
        _settings: &Settings,
        _black_box: Option<&Path>,
    ) -> Result<FatalSignals, InitError> {
        unsupported()
    }

    pub(crate) fn new_image(
        _facts: &Facts,
        _sizes: RingSizes,
    ) -> Result<(Arc<BlackBox>, RecorderRings), InitError> {
        unsupported()
    }

    pub(crate) fn arm(self, _pipeline: &Pipeline) {
        match self {}
    }
}

#[cfg(not(feature = "signals"))]
fn unsupported<T>() -> Result<T, InitError> {
    unreachable!("no setting asks for fatal signals")
}

#[cfg(feature = "signals")]
fn unsupported<T>() -> Result<T, InitError> {
    Err(InitError::FatalSignals {
        doing: "handle them on this system",
        source: std::io::ErrorKind::Unsupported.into(),
    })
}

/// Nothing is to be done for a thread.
#[inline(always)]
pub(crate) fn enter_thread(_id: u32) {}
