//! [`Heir`]: what a child of `fork` makes its own pipeline of.
//!
//! Made where the global pipeline is given its settings, so that a child needs nothing of the parent's pipeline, whose threads
//! aren't there. What a sink needs to go on, it says then, too.

use std::sync::Arc;

use crate::builder::TtlogBuilder;
use crate::filter::Filter;
use crate::report::report;
use crate::sink::{ChildSink, Sink, SinkOptions, WithOptions};

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Heir {
    /// All settings but the sinks.
    settings: TtlogBuilder,
    sinks: Vec<SinkHeir>,
}

#[derive(Debug)]
struct SinkHeir {
    name: String,
    options: SinkOptions,
    child: Option<ChildSink>,
}

impl Heir {
    /// `settings` name no sink.
    pub(crate) fn new(settings: TtlogBuilder, sinks: &[Box<dyn Sink>]) -> Heir {
        let sinks = sinks.iter().map(|sink| SinkHeir {
            name: sink.name(),
            options: sink.options(),
            child: sink.for_child(),
        });
        Heir {
            settings,
            sinks: sinks.collect(),
        }
    }

    /// What was in force when the parent forked.
    pub(crate) fn set_filter(&mut self, filter: &Arc<Filter>) {
        self.settings = std::mem::take(&mut self.settings).with_known_filter(filter);
    }

    /// The settings with those of the sinks that go on, and the names of the others.
    pub(crate) fn into_settings(self) -> (TtlogBuilder, Vec<String>) {
        let mut settings = self.settings;
        let mut missing = Vec::new();
        for SinkHeir {
            name,
            options,
            child,
        } in self.sinks
        {
            match child.map(ChildSink::make) {
                Some(Ok(sink)) => settings = settings.sink(WithOptions { sink, options }),
                Some(Err(error)) => {
                    report(&format!("sink {name} does not go on: {error}"));
                    missing.push(name);
                }
                None => missing.push(name),
            }
        }
        (settings, missing)
    }
}
