//! What is written into the event, in this order: the message, the fields whose names the site knows, those with computed names,
//! those of values that spread, and how many events were held back.
//!
//! Whether a value that stands without a name is one field or spreads, its type decides. So it is asked before the event is
//! begun, and told to the site, which leaves out the one field if it spreads; and it is recorded in two steps, in its place and
//! at the end, of which one does nothing.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::guard::Guard;
use super::values::{Passed, Values};
use super::{Made, Scope, limit};
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
        before,
        statements,
        count,
    } = Content::new(scope, guard, event, values);
    let begin = guard.begin(scope, count);
    let recording = quote_spanned! {*span=>
        if let #private::Some(mut #variable) = #begin { #statements #variable.finish(); }
    };
    let recording = guard.with_parent(scope, recording);
    quote_spanned!(*span=> #before #recording)
}

/// The recording of a span's beginning, as an expression that gives the span, or its guard.
pub(super) fn span(
    scope: &Scope,
    made: Made,
    guard: &Guard<'_>,
    event: &Event,
    values: &Values,
) -> TokenStream {
    let Scope { private, span, .. } = scope;
    let Content {
        variable,
        before,
        statements,
        count,
    } = Content::new(scope, guard, event, values);
    let begin = guard.begin_span(scope, count);
    let new = scope.own("__ttlog_span");
    let none = made.none(scope);
    let finish = made.finish(scope);
    let recording = quote_spanned! {*span=>
        if let #private::Some((#new, mut #variable)) = #begin {
            #statements #private::NewSpan::#finish(#new, #variable)
        } else {
            #none
        }
    };
    let recording = guard.with_parent(scope, recording);
    quote_spanned!(*span=> #before #recording)
}

/// What is written between the begin and the finish.
struct Content {
    /// The variable with the encoder.
    variable: Ident,
    /// What comes before the begin.
    before: TokenStream,
    statements: TokenStream,
    /// How many values it is.
    count: usize,
}

impl Content {
    fn new(scope: &Scope, guard: &Guard<'_>, event: &Event, values: &Values) -> Self {
        let recorder = Recorder {
            scope,
            values,
            variable: scope.own("__ttlog_event"),
        };
        let span = &scope.span;
        let message = recorder.message(&event.message);
        let fields: Vec<_> = recorded_fields(event)
            .map(|(index, recorded)| recorder.value(recorded, kind_of(index, recorded)))
            .collect();
        let computed = event.computed.iter().map(|field| {
            let name = &values[field.name].reference;
            let value = recorder.value(&field.content, None);
            let variable = &recorder.variable;
            quote_spanned!(*span=> if #variable.name(#name) { #value })
        });
        let count = usize::from(message.is_some()) + fields.len() + event.computed.len();
        let probes = recorder.probes(event);
        let Shorthands {
            kinds,
            told,
            spread,
        } = recorder.shorthands(event, guard);
        let spread_values = event
            .spread
            .iter()
            .map(|value| recorder.spread(&values[*value]));
        let held_back = event.prefixes.limit.is_some().then(|| {
            let (variable, events) = (&recorder.variable, limit::held_back(scope));
            quote_spanned!(*span=> #variable.held_back(#events);)
        });
        let statements = quote_spanned! {*span=>
            #message #(#fields)* #(#computed)* #spread #(#spread_values)* #held_back
        };
        Self {
            before: quote_spanned!(*span=> #probes #kinds #told),
            statements,
            count,
            variable: recorder.variable,
        }
    }
}

/// What values that stand without a name need beside their records.
#[derive(Default)]
struct Shorthands {
    /// The variables that say how each is recorded.
    kinds: TokenStream,
    /// What tells the site which of them spread.
    told: TokenStream,
    /// What records those that spread.
    spread: TokenStream,
}

/// The variable that says how a value without a name is recorded; none for other values. A site has bits for so many fields,
/// and a span's has one before.
fn kind_of(index: usize, recorded: &Recorded) -> Option<String> {
    let asked = recorded.may_spread && recorded.capture == Capture::Typed && index < 63;
    asked.then(|| format!("__ttlog_kind_{index}"))
}

/// The values of the fields whose names the site knows, with their places among all of them.
fn recorded_fields(event: &Event) -> impl Iterator<Item = (usize, &Recorded)> {
    let fields = event.fields.iter().enumerate();
    fields.filter_map(|(index, field)| match &field.content {
        event::Content::Recorded(recorded) => Some((index, recorded)),
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
    fn probes(&self, event: &Event) -> TokenStream {
        let typed = self.typed_probes(event);
        let any = self.any_probes(event);
        quote!(#typed #any)
    }

    /// The same for values that an attribute has recorded, whatever they are.
    fn any_probes(&self, event: &Event) -> Option<TokenStream> {
        let Scope { private, span, .. } = self.scope;
        let mut captures = recorded_fields(event).map(|(_, recorded)| recorded.capture);
        captures
            .any(|capture| matches!(capture, Capture::Argument | Capture::Failure))
            .then(|| {
                quote_spanned! {*span=>
                    use #private::{AnyDebug as _, AnyDisplay as _, AnyError as _, AnyType as _, AnyValue as _};
                }
            })
    }

    fn typed_probes(&self, event: &Event) -> Option<TokenStream> {
        let computed = event
            .computed
            .iter()
            .map(|field| (usize::MAX, &field.content));
        let typed: Vec<_> = recorded_fields(event)
            .chain(computed)
            .filter(|(_, recorded)| recorded.capture == Capture::Typed)
            .collect();
        if typed.is_empty() {
            return None;
        }
        let has = |is: &dyn Fn(usize, &Recorded) -> bool| {
            typed.iter().any(|(index, recorded)| is(*index, recorded))
        };
        let fields = has(&|index, recorded| kind_of(index, recorded).is_some())
            .then(|| quote!(ViaFields as _,));
        let nothing =
            has(&|_, recorded| recorded.shown_as.is_none()).then(|| quote!(ViaNothing as _,));
        let text = has(&|_, recorded| recorded.shown_as.is_some()).then(|| quote!(ViaText as _,));
        let Scope { private, span, .. } = self.scope;
        Some(quote_spanned! {*span=>
            use #private::{ViaValue as _, ViaError as _, #fields #nothing #text};
        })
    }

    fn shorthands(&self, event: &Event, guard: &Guard<'_>) -> Shorthands {
        let Scope { private, span, .. } = self.scope;
        let variable = &self.variable;
        let mut shorthands = Shorthands::default();
        let mut bits = Vec::new();
        for (index, recorded) in recorded_fields(event) {
            let Some(kind) = kind_of(index, recorded) else {
                continue;
            };
            let value = &self.values[recorded.value];
            let kind = self.scope.own(&kind);
            let ask = if recorded.shown_as.is_some() {
                "ttlog_shorthand_or_text"
            } else {
                "ttlog_shorthand"
            };
            let ask = Ident::new(ask, self.scope.at(value.span));
            let value = &value.reference;
            let index = Literal::usize_unsuffixed(index);
            shorthands
                .kinds
                .extend(quote_spanned!(*span=> let #kind = (&&&&#private::Probe(#value)).#ask();));
            shorthands
                .spread
                .extend(quote_spanned!(*span=> #kind.spread(#value, &mut #variable);));
            bits.push(quote_spanned!(*span=> #kind.bit(#index)));
        }
        if !bits.is_empty() {
            let site = guard.site();
            shorthands.told = quote_spanned!(*span=> #site.spreads(#(#bits)|*););
        }
        shorthands
    }

    /// The statement that records the fields of a value.
    fn spread(&self, value: &Passed) -> TokenStream {
        let variable = &self.variable;
        let (span, value) = (self.scope.at(value.span), &value.reference);
        quote_spanned!(span=> #variable.spread(#value);)
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

    /// The statement that records a value; `kind` is the variable that says how, where that was asked before.
    fn value(&self, recorded: &Recorded, kind: Option<String>) -> TokenStream {
        let value = &self.values[recorded.value];
        let variable = &self.variable;
        let span = self.scope.at(value.span);
        match (recorded.capture, &recorded.shown_as) {
            (Capture::Typed, None) => self.probe(value, kind, "ttlog_kind", "record", None),
            (Capture::Typed, Some(shown_as)) => {
                let placeholder = if shown_as.is_empty() {
                    "{}".to_owned()
                } else {
                    format!("{{:{shown_as}}}")
                };
                let text = self.text(&placeholder, value);
                let (ask, record) = ("ttlog_kind_or_text", "record_or_text");
                self.probe(value, kind, ask, record, Some(&text))
            }
            (Capture::Display, _) => {
                let text = self.text("{}", value);
                quote_spanned!(span=> #variable.display(#text);)
            }
            (Capture::Debug, _) => {
                let text = self.text("{:?}", value);
                quote_spanned!(span=> #variable.debug(#text);)
            }
            (Capture::Argument, _) => self.any_probe(value, "ttlog_argument"),
            (Capture::Failure, _) => self.any_probe(value, "ttlog_error"),
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
        kind: Option<String>,
        ask: &str,
        record: &str,
        text: Option<&TokenStream>,
    ) -> TokenStream {
        let Scope { private, .. } = self.scope;
        let variable = &self.variable;
        let span = self.scope.at(value.span);
        let value = &value.reference;
        let text = text.map(|text| quote!(, #text));
        // With this span, a type that can't be recorded is shown where its value stands.
        let [ask, record] = [ask, record].map(|name| Ident::new(name, span));
        let kind = match kind {
            Some(kind) => self.scope.own(&kind).to_token_stream(),
            None => quote_spanned!(span=> (&&&&#private::Probe(#value)).#ask()),
        };
        quote_spanned!(span=> #kind.#record(#value, &mut #variable #text);)
    }

    fn any_probe(&self, value: &Passed, kind: &str) -> TokenStream {
        let private = &self.scope.private;
        let variable = &self.variable;
        let span = self.scope.at(value.span);
        let kind = Ident::new(kind, span);
        let value = &value.reference;
        quote_spanned! {span=>
            (&&&&&#private::Probe(#value)).#kind().record(#value, &mut #variable);
        }
    }

    fn text(&self, placeholder: &str, value: &Passed) -> TokenStream {
        let private = &self.scope.private;
        let place = &value.place;
        quote_spanned!(self.scope.at(value.span)=> #private::format_args!(#placeholder, #place))
    }
}
