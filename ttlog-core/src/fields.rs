//! [`Fields`]: what is recorded as several fields, each with its name.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use crate::field_writer::FieldWriter;

/// A value that is several fields: `info!(attempt)` and `info!(..attempt)` record each of them by its name.
///
/// Derive it with `#[derive(ttlog::Fields)]`, or write it by hand, for what the derive has no form for:
///
/// ```
/// use ttlog_core::{FieldWriter, Fields};
///
/// struct Response { status: u16, body: Vec<u8> }
///
/// impl Fields for Response {
///     fn record_fields(&self, fields: &mut FieldWriter<'_>) {
///         fields.field("status", &self.status);
///         fields.field("body_bytes", &self.body.len());
///     }
/// }
/// ```
///
/// The fields come behind those whose names the log call knows. A name is recorded with each event, so a spread value takes more
/// room than the same fields written out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no fields to record",
    label = "not a `ttlog::Fields`",
    note = "derive `ttlog::Fields` for it, or give it a name to record it as one field: `name = value`"
)]
pub trait Fields {
    /// Records each field.
    fn record_fields(&self, fields: &mut FieldWriter<'_>);
}

macro_rules! pointer_fields {
    ($($pointer:ty),*) => {$(
        impl<T: Fields + ?Sized> Fields for $pointer {
            #[inline]
            fn record_fields(&self, fields: &mut FieldWriter<'_>) {
                (**self).record_fields(fields);
            }
        }
    )*};
}

pointer_fields!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl<T: Fields + ToOwned + ?Sized> Fields for Cow<'_, T> {
    #[inline]
    fn record_fields(&self, fields: &mut FieldWriter<'_>) {
        (**self).record_fields(fields);
    }
}

/// None of the fields are recorded where there is no value.
impl<T: Fields> Fields for Option<T> {
    #[inline]
    fn record_fields(&self, fields: &mut FieldWriter<'_>) {
        if let Some(value) = self {
            value.record_fields(fields);
        }
    }
}
