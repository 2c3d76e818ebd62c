//! What is written into the event, in this order: the message, the fields whose names the site knows, the others.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::guard::Guard;
use super::values::{Passed, Values};
use super::{Scope, no_span};
use crate::event::{self, Argument, ArgumentValue, Event, Message, Recorded};
use crate::parse::Capture;

/// The recording of an event, from its begin to its finish.
pub(super) fn event(
    scope: &Scope,
    guard: &Guard<'_>,
    event: &Event,
    values: &Values,
) -> TokenStream {
    let Scope { private, span, .. } = scope;
    let Content {
        variable,
        statements,
        count,
    } = Content::new(scope, event, values);
    let begin = guard.begin(scope, count);
    quote_spanned! {*span=>
        if let #private::Some(mut #variable) = #begin { #statements #variable.finish(); }
    }
}

/// The recording of a span's beginning, as an expression that gives the span.
pub(super) fn span(
    scope: &Scope,
    guard: &Guard<'_>,
    event: &Event,
    values: &Values,
) -> TokenStream {
    let Scope { private, span, .. } = scope;
    let Content {
        variable,
        statements,
        count,
    } = Content::new(scope, event, values);
    let begin = guard.begin_span(scope, count);
    let new = scope.own("__ttlog_span");
    let none = no_span(scope);
    quote_spanned! {*span=>
        if let #private::Some((#new, mut #variable)) = #begin {
            #statements #new.finish(#variable)
        } else {
            #none
        }
    }
}

/// What is written between the begin and the finish.
struct Content {
    /// The variable with the encoder.
    variable: Ident,
    statements: TokenStream,
    /// How many values it is.
    count: usize,
}

impl Content {
    fn new(scope: &Scope, event: &Event, values: &Values) -> Self {
        let recorder = Recorder {
            scope,
            values,
            variable: scope.own("__ttlog_event"),
        };
        let span = &scope.span;
        let message = recorder.message(&event.message);
        let fields: Vec<_> = recorded_fields(event)
            .map(|recorded| recorder.value(recorded))
            .collect();
        let computed = event.computed.iter().map(|field| {
            let name = &values[field.name].reference;
            let value = recorder.value(&field.content);
            let variable = &recorder.variable;
            quote_spanned!(*span=> #variable.name(#name); #value)
        });
        let count = usize::from(message.is_some()) + fields.len() + event.computed.len();
        let probes = recorder.probes(event);
        let statements = quote_spanned!(*span=> #probes #message #(#fields)* #(#computed)*);
        Self {
            statements,
            count,
            variable: recorder.variable,
        }
    }
}

/// The values of the fields whose names the site knows.
fn recorded_fields(event: &Event) -> impl Iterator<Item = &Recorded> {
    event
        .fields
        .iter()
        .filter_map(|field| match &field.content {
            event::Content::Recorded(recorded) => Some(recorded),
            event::Content::Constant(_) => None,
        })
}

/// Writes the statements that record values.
struct Recorder<'a> {
    scope: &'a Scope,
    values: &'a Values,
    /// The variable with the encoder.
    variable: Ident,
}

impl Recorder<'_> {
    /// Brings into scope what finds out how plain values are recorded, if there are any.
    fn probes(&self, event: &Event) -> Option<TokenStream> {
        let computed = event.computed.iter().map(|field| &field.content);
        let mut typed = recorded_fields(event)
            .chain(computed)
            .filter(|recorded| recorded.capture == Capture::Typed)
            .peekable();
        typed.peek()?;
        let (or_text, only): (Vec<_>, Vec<_>) =
            typed.partition(|recorded| recorded.shown_as.is_some());
        let nothing = (!only.is_empty()).then(|| quote!(ViaNothing as _,));
        let text = (!or_text.is_empty()).then(|| quote!(ViaText as _,));
        let Scope { private, span, .. } = self.scope;
        Some(quote_spanned!(*span=> use #private::{ViaValue as _, ViaError as _, #nothing #text};))
    }

    fn message(&self, message: &Message) -> Option<TokenStream> {
        let Scope { private, span, .. } = self.scope;
        let text = match message {
            Message::Absent | Message::Fixed(_) => return None,
            Message::Formatted {
                template,
                arguments,
                ..
            } => {
                let arguments = self.arguments(arguments);
                quote_spanned!(*span=> #private::format_args!(#template #arguments))
            }
            Message::Value {
                value,
                capture: Capture::Debug,
            } => self.text("{:?}", &self.values[*value]),
            Message::Value { value, .. } => self.text("{}", &self.values[*value]),
        };
        let variable = &self.variable;
        Some(quote_spanned!(*span=> #variable.message(#text);))
    }

    /// The arguments of a template, each behind its comma: those with a position come first.
    fn arguments(&self, arguments: &[Argument]) -> TokenStream {
        let argument = |argument: &Argument| {
            let value = match &argument.value {
                ArgumentValue::Evaluated(value) => &self.values[*value].place,
                ArgumentValue::Literal(literal) => &quote!(#literal),
            };
            let name = argument.name.as_ref().map(|name| quote!(#name =));
            quote!(, #name #value)
        };
        let has_position = |argument: &&Argument| argument.name.is_none();
        let first = arguments.iter().filter(has_position).map(argument);
        let last = arguments
            .iter()
            .filter(|argument| !has_position(argument))
            .map(argument);
        first.chain(last).collect()
    }

    /// The statement that records a value.
    fn value(&self, recorded: &Recorded) -> TokenStream {
        let value = &self.values[recorded.value];
        let variable = &self.variable;
        let span = self.scope.at(value.span);
        match (recorded.capture, &recorded.shown_as) {
            (Capture::Typed, None) => self.probe(value, "ttlog_kind", "record", None),
            (Capture::Typed, Some(shown_as)) => {
                let placeholder = if shown_as.is_empty() {
                    "{}".to_owned()
                } else {
                    format!("{{:{shown_as}}}")
                };
                let text = self.text(&placeholder, value);
                self.probe(value, "ttlog_kind_or_text", "record_or_text", Some(&text))
            }
            (Capture::Display, _) => {
                let text = self.text("{}", value);
                quote_spanned!(span=> #variable.display(#text);)
            }
            (Capture::Debug, _) => {
                let text = self.text("{:?}", value);
                quote_spanned!(span=> #variable.debug(#text);)
            }
            (Capture::Error, _) => {
                let value = &value.reference;
                quote_spanned!(span=> #variable.slot().error(#value);)
            }
        }
    }

    /// Lets the type of a value decide how it is recorded.
    fn probe(
        &self,
        value: &Passed,
        kind: &str,
        record: &str,
        text: Option<&TokenStream>,
    ) -> TokenStream {
        let Scope { private, .. } = self.scope;
        let variable = &self.variable;
        let span = self.scope.at(value.span);
        let value = &value.reference;
        let text = text.map(|text| quote!(, #text));
        // With this span, a type that can't be recorded is shown where its value stands.
        let [kind, record] = [kind, record].map(|name| Ident::new(name, span));
        quote_spanned! {span=>
            (&&&#private::Probe(#value)).#kind().#record(#value, &mut #variable #text);
        }
    }

    fn text(&self, placeholder: &str, value: &Passed) -> TokenStream {
        let private = &self.scope.private;
        let place = &value.place;
        quote_spanned!(self.scope.at(value.span)=> #private::format_args!(#placeholder, #place))
    }
}
