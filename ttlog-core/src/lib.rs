//! The runtime of ttlog. Applications use the crate `ttlog`, which gives its names together with the macros.

mod clock;
mod compare;
mod decode;
mod event;
mod filter;
pub mod format;
mod level;
mod metadata;
mod record;
mod ring;
pub mod sink;
mod sync;

pub use clock::{Clock, now_nanos};
pub use decode::{ErrorChain, EventRef, Fields, ValueRef};
pub use event::{Field, FieldValue, LogEvent};
pub use filter::{DirectiveError, Filter};
pub use format::{Format, FormatKind};
pub use level::{LogLevel, ParseLevelError};
pub use metadata::{FieldDef, Metadata};
pub use sink::{Overflow, Sink, SinkOptions, WithOptions};
