//! [`FatalSignals`]: what is made ready before a signal comes, and the switch.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::chain;
use super::crash_file::CrashFile;
use super::crash_report::{CrashReport, Outlet, bytes_of_path};
use super::handler::Armed;
use super::stack::Stack;
use super::threads;
use crate::black_box::{BlackBox, Image, RingSizes};
use crate::clock::now_nanos;
use crate::current;
use crate::init_error::InitError;
use crate::pipeline::{Pipeline, Settings};
use crate::process_facts::process_facts;
use crate::recorder::RecorderRings;
use crate::report::report;
use crate::snapshot::{self, Facts};

/// What a pipeline needs for fatal signals to be recorded: made before the pipeline, because it may fail.
#[derive(Debug)]
pub(crate) struct FatalSignals {
    stack: Stack,
    place: Place,
}

#[derive(Debug)]
enum Place {
    BlackBox(PathBuf),
    Directory {
        path: PathBuf,
        name_of_process: String,
    },
}

impl FatalSignals {
    /// Makes ready what needs no pipeline, the directory of the snapshots among it.
    ///
    /// # Errors
    /// The directory can't be made, or there is no memory for a stack.
    pub(crate) fn prepare(
        settings: &Settings,
        black_box: Option<&Path>,
    ) -> Result<FatalSignals, InitError> {
        let place = match black_box {
            Some(path) => Place::BlackBox(absolute(path)?),
            None => {
                // The application may go to another directory later.
                let path = absolute(&settings.snapshot_dir)?;
                std::fs::create_dir_all(&path)
                    .map_err(|error| failed("make the directory for their snapshots", error))?;
                let facts = process_facts(&settings.service, now_nanos());
                if let Err(error) = settings.keep.enforce_in(&path, &facts) {
                    report(&error.to_string());
                }
                let name_of_process = snapshot::name_of_process(&facts);
                Place::Directory {
                    path,
                    name_of_process,
                }
            }
        };
        let stack = Stack::new().map_err(|error| failed("make room for a stack", error))?;
        threads::want();
        Ok(FatalSignals { stack, place })
    }

    /// An image that ends with the process: what a handler finds its way in.
    ///
    /// # Errors
    /// There is no memory for it.
    pub(crate) fn new_image(
        facts: &Facts,
        sizes: RingSizes,
    ) -> Result<(Arc<BlackBox>, RecorderRings), InitError> {
        BlackBox::create(None, facts, sizes)
            .map_err(|error| failed("make room for rings and recorder", error))
    }

    /// From now on, fatal signals are recorded.
    pub(crate) fn arm(self, pipeline: &Pipeline) {
        let Some(black_box) = pipeline.registry.black_box() else {
            return;
        };
        let outlet = match self.place {
            Place::BlackBox(path) => Outlet::Image(bytes_of_path(&path)),
            Place::Directory {
                path,
                name_of_process,
            } => match Image::open(black_box.memory()) {
                Ok(image) => {
                    let file = CrashFile::new(image, &path, &name_of_process);
                    Outlet::File(Box::new(file))
                }
                Err(error) => return report(&format!("fatal signals are not recorded: {error}")),
            },
        };
        let report_of_crash = CrashReport::new(black_box.clone(), outlet);
        Armed::new(report_of_crash, self.stack).put_in_force();
        threads::enter_thread(current::known_thread_id());
        if let Err(error) = chain::install() {
            report(&format!("fatal signals are not recorded: {error}"));
        }
    }
}

fn absolute(path: &Path) -> Result<PathBuf, InitError> {
    std::path::absolute(path).map_err(|error| failed("find the place for what they leave", error))
}

fn failed(doing: &'static str, source: io::Error) -> InitError {
    InitError::FatalSignals { doing, source }
}
