//! [`Heir`]: what a child of `fork` makes its own pipeline of.
//!
//! Made where the global pipeline is given its settings, so that a child needs nothing of the parent's pipeline, whose threads
//! aren't there. What a sink needs to go on, it says then, too.

use std::sync::Arc;

use crate::filter::Filter;
use crate::report::report;
use crate::setup::Setup;
use crate::sink::{ChildSink, SinkOptions, WithOptions};

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Heir {
    /// All but the sinks.
    setup: Setup,
    sinks: Vec<SinkHeir>,
}

#[derive(Debug)]
struct SinkHeir {
    name: String,
    options: SinkOptions,
    child: Option<ChildSink>,
}

impl Heir {
    /// Of the process whose global pipeline has this setup.
    pub(crate) fn of(setup: &Setup) -> Heir {
        let sinks = setup.sinks.0.iter().map(|sink| SinkHeir {
            name: sink.name(),
            options: sink.options(),
            child: sink.for_child(),
        });
        Heir {
            setup: setup.for_child(),
            sinks: sinks.collect(),
        }
    }

    /// What was in force when the parent forked.
    pub(crate) fn set_filter(&mut self, filter: &Arc<Filter>) {
        self.setup = std::mem::take(&mut self.setup).with_known_filter(filter);
    }

    /// The setup with those of the sinks that go on, and the names of the others.
    pub(crate) fn into_setup(self) -> (Setup, Vec<String>) {
        let mut setup = self.setup;
        let mut missing = Vec::new();
        for SinkHeir {
            name,
            options,
            child,
        } in self.sinks
        {
            match child.map(ChildSink::make) {
                Some(Ok(sink)) => setup.sinks.add(WithOptions { sink, options }),
                Some(Err(error)) => {
                    report(&format!("sink {name} does not go on: {error}"));
                    missing.push(name);
                }
                None => missing.push(name),
            }
        }
        (setup, missing)
    }
}
