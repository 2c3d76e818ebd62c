//! What the macros record, form by form.

mod contexts;
mod evaluation;
mod fields;
mod levels;
mod log_style;
mod messages;
mod prefixes;
mod spans;
mod support;
mod tracing_style;
