//! What the macros record, form by form.

mod contexts;
mod derive;
mod evaluation;
mod fields;
mod levels;
mod limits;
mod log_style;
mod messages;
mod prefixes;
mod redaction;
mod spans;
mod spread;
mod support;
mod timers;
mod tracing_style;
