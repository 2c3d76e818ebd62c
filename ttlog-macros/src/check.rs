//! From what is written to what is meant: which item is the message, which are its arguments, which are fields.

use proc_macro2::Literal;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Error, Expr, LitStr, Result};

use crate::event::{
    Argument, ArgumentValue, ComputedField, Content, Event, Field, Message, Recorded, ValueIndex,
};
use crate::expression::{is_formatted, is_level, is_spread, spread_value, string_literal};
use crate::message::MessageText;
use crate::parse::{Capture, Item, Name, Prefixes};
use crate::rejection;
use crate::template::Use;

/// Turns the items of a call into an event. Every mistake in them is told, not only the first.
pub(crate) fn check(prefixes: Prefixes, items: Vec<Item>) -> Result<Event> {
    Checker::new(prefixes, Subject::Event).run(items)
}

/// The same for the beginning of a span, which has fields only.
pub(crate) fn check_span(prefixes: Prefixes, items: Vec<Item>) -> Result<Event> {
    Checker::new(prefixes, Subject::Span).run(items)
}

/// What a call describes.
#[derive(Clone, Copy, PartialEq)]
enum Subject {
    Event,
    Span,
}

/// Takes the items of a call one by one.
struct Checker {
    subject: Subject,
    event: Event,
    /// The text of the message, once it is known, and the arguments it has so far.
    text: Option<MessageText>,
    arguments: Vec<Argument>,
    /// How many arguments the message still takes by position.
    positions_left: usize,
}

impl Checker {
    fn new(prefixes: Prefixes, subject: Subject) -> Self {
        let event = Event {
            prefixes,
            message: Message::Absent,
            values: Vec::new(),
            fields: Vec::new(),
            computed: Vec::new(),
            spread: Vec::new(),
        };
        Self {
            subject,
            event,
            text: None,
            arguments: Vec::new(),
            positions_left: 0,
        }
    }

    fn run(mut self, items: Vec<Item>) -> Result<Event> {
        let mut mistakes: Option<Error> = None;
        for item in items {
            if let Err(mistake) = self.take(item) {
                match &mut mistakes {
                    Some(known) => known.combine(mistake),
                    None => mistakes = Some(mistake),
                }
            }
        }
        match mistakes {
            Some(mistakes) => Err(mistakes),
            None => Ok(self.finish()),
        }
    }

    fn take(&mut self, item: Item) -> Result<()> {
        match item {
            Item::Plain(expression) if self.subject == Subject::Span => self.in_span(expression),
            Item::Plain(expression) if self.text.is_none() => self.before_message(expression),
            Item::Plain(expression) => self.behind_message(expression),
            Item::Field {
                name,
                capture,
                value,
            } => {
                self.field(name, capture, value, false);
                Ok(())
            }
        }
    }

    /// A field by its bare name.
    fn in_span(&mut self, expression: Expr) -> Result<()> {
        if is_formatted(&expression) || MessageText::of(&expression).is_some() {
            return Err(rejection::message_in_span(&expression));
        }
        match Name::of_place(&expression) {
            Some(name) => {
                self.field(name, Capture::Typed, expression, true);
                Ok(())
            }
            None if is_spread(&expression) => self.spread(expression),
            None => Err(rejection::unnamed_in_span(&expression)),
        }
    }

    /// The message itself, or a field by its bare name.
    fn before_message(&mut self, expression: Expr) -> Result<()> {
        if is_formatted(&expression) {
            return Err(rejection::formatted_before(&expression));
        }
        if let Some(text) = MessageText::of(&expression) {
            self.positions_left = text.template.positional;
            self.text = Some(text);
            return Ok(());
        }
        match Name::of_place(&expression) {
            Some(name) => {
                self.field(name, Capture::Typed, expression, true);
                Ok(())
            }
            None if is_spread(&expression) => self.spread(expression),
            None if is_level(&expression) => Err(rejection::level_given(&expression)),
            None => Err(rejection::message_not_literal(&expression)),
        }
    }

    /// An argument of the message as long as it takes any, then a field by its bare name.
    fn behind_message(&mut self, expression: Expr) -> Result<()> {
        if self.positions_left > 0 {
            self.positions_left -= 1;
            let value = self.argument_value(expression);
            self.arguments.push(Argument { name: None, value });
            return Ok(());
        }
        if let Some(text) = string_literal(&expression) {
            return Err(rejection::second_message(text));
        }
        match Name::of_place(&expression) {
            Some(name) => {
                self.field(name, Capture::Typed, expression, true);
                Ok(())
            }
            None if is_spread(&expression) => self.spread(expression),
            None => Err(rejection::unused_argument(&expression)),
        }
    }

    /// `..value`
    fn spread(&mut self, expression: Expr) -> Result<()> {
        let dots = expression.to_token_stream();
        match spread_value(expression) {
            Some(value) => {
                let value = self.evaluate(value);
                self.event.spread.push(value);
                Ok(())
            }
            None => Err(rejection::nothing_to_spread(&dots)),
        }
    }

    /// A field; `may_spread` where the value stands without a name.
    fn field(&mut self, name: Name, capture: Capture, value: Expr, may_spread: bool) {
        let Name::Fixed {
            text,
            span,
            identifier,
        } = name
        else {
            return self.computed_field(name, capture, value);
        };
        let name = LitStr::new(&text, span);
        let used = match (&self.text, &identifier) {
            (Some(message), Some(_)) if !self.has_argument(&text) => message.template.use_of(&text),
            _ => Use::Absent,
        };
        let shown_as = match used {
            Use::Absent => None,
            Use::Count => {
                let value = self.argument_value(value);
                return self.arguments.push(Argument {
                    name: identifier,
                    value,
                });
            }
            Use::Shown(shown_as) => Some(shown_as.to_owned()),
        };
        let content = match constant(&value, capture) {
            Some(literal) => Content::Constant(literal),
            None => {
                let value = self.evaluate(value);
                Content::Recorded(Recorded {
                    value,
                    capture,
                    shown_as: shown_as.clone(),
                    may_spread,
                })
            }
        };
        if shown_as.is_some() {
            let value = content.as_argument();
            self.arguments.push(Argument {
                name: identifier,
                value,
            });
        }
        self.event.fields.push(Field { name, content });
    }

    /// Whether the message has an argument of this name already.
    fn has_argument(&self, name: &str) -> bool {
        let mut names = self
            .arguments
            .iter()
            .filter_map(|argument| argument.name.as_ref());
        names.any(|known| known.unraw() == name)
    }

    fn computed_field(&mut self, name: Name, capture: Capture, value: Expr) {
        if let Name::Computed(name) = name {
            let name = self.evaluate(name);
            let value = self.evaluate(value);
            let content = Recorded {
                value,
                capture,
                shown_as: None,
                may_spread: false,
            };
            self.event.computed.push(ComputedField { name, content });
        }
    }

    fn argument_value(&mut self, expression: Expr) -> ArgumentValue {
        match constant(&expression, Capture::Typed) {
            Some(literal) => ArgumentValue::Literal(literal),
            None => ArgumentValue::Evaluated(self.evaluate(expression)),
        }
    }

    fn evaluate(&mut self, expression: Expr) -> ValueIndex {
        self.event.values.push(expression);
        ValueIndex(self.event.values.len() - 1)
    }

    fn finish(mut self) -> Event {
        match self.text {
            Some(MessageText {
                source,
                summary,
                template,
            }) if template.has_placeholders => {
                let arguments = self.arguments;
                self.event.message = Message::Formatted {
                    summary,
                    template: source,
                    arguments,
                };
            }
            Some(text) => self.event.message = Message::Fixed(text.summary),
            None if self.subject == Subject::Event => message_field(&mut self.event),
            None => {}
        }
        self.event
    }
}

impl Content {
    fn as_argument(&self) -> ArgumentValue {
        match self {
            Self::Constant(literal) => ArgumentValue::Literal(literal.clone()),
            Self::Recorded(recorded) => ArgumentValue::Evaluated(recorded.value),
        }
    }
}

/// Without any other message, the field `message` is it.
fn message_field(event: &mut Event) {
    let Some(at) = event
        .fields
        .iter()
        .position(|field| field.name.value() == "message")
    else {
        return;
    };
    event.message = match event.fields.remove(at).content {
        Content::Constant(literal) => Message::Fixed(literal.into_token_stream()),
        Content::Recorded(Recorded { value, capture, .. }) => Message::Value { value, capture },
    };
}

/// The text of a field that is the same at every call, and needs no escapes to be shown.
fn constant(value: &Expr, capture: Capture) -> Option<Literal> {
    match capture {
        Capture::Typed | Capture::Display => string_literal(value).map(LitStr::token),
        Capture::Debug | Capture::Error | Capture::Argument | Capture::Failure => None,
    }
}
