//! What there is of a black box where it is not compiled in: types of which there is no value, so that nobody else has to ask.

use std::path::Path;
use std::sync::Arc;

use super::RingSizes;
use crate::clock::Calibration;
use crate::init_error::InitError;
use crate::metadata::Metadata;
use crate::pipeline::Settings;
use crate::recorder::RecorderRings;
use crate::ring::Ring;
use crate::snapshot::Facts;

/// There is none.
#[derive(Debug)]
pub(crate) enum BlackBox {}

/// There is none.
#[derive(Debug)]
pub(crate) enum Mapping {}

impl BlackBox {
    pub(crate) fn new_ring(&self) -> Option<Ring> {
        match *self {}
    }

    pub(crate) fn add_site(&self, _id: u32, _metadata: &Metadata) {
        match *self {}
    }

    pub(crate) fn name_thread(&self, _id: u32, _name: &str) {
        match *self {}
    }

    pub(crate) fn set_calibration(&self, _calibration: &Calibration) {
        match *self {}
    }

    pub(crate) fn set_losses(&self, _overwritten: u64, _homeless: u64) {
        match *self {}
    }

    pub(crate) fn set_panicked(&self, _wall_ns: u64) {
        match *self {}
    }

    pub(crate) fn abandon(&self) {
        match *self {}
    }

    pub(crate) fn set_ended(&self, _flushed: bool) {
        match *self {}
    }
}

/// No path can be taken.
#[derive(Debug)]
pub(crate) enum Place {}

impl Place {
    #[cfg(not(feature = "black-box"))]
    pub(crate) fn take(path: &Path) -> Result<Place, InitError> {
        unreachable!("no setting asks for a black box at {path:?}")
    }

    #[cfg(feature = "black-box")]
    pub(crate) fn take(path: &Path) -> Result<Place, InitError> {
        Err(InitError::BlackBox {
            path: path.to_owned(),
            doing: "map",
            source: std::io::ErrorKind::Unsupported.into(),
        })
    }

    pub(crate) fn save_previous(&self, _settings: &Settings) -> Result<(), InitError> {
        match *self {}
    }

    pub(crate) fn create(
        self,
        _facts: &Facts,
        _sizes: RingSizes,
    ) -> Result<(Arc<BlackBox>, RecorderRings), InitError> {
        match self {}
    }
}
