//! [`Condition`]: what `--where` asks of an event's fields.
//!
//! | module | owns |
//! |---|---|
//! | `parse` | the grammar, and where a text departs from it |
//! | `operand` | a value on the command line: text, and what else it can be read as |
//! | `compare` | a field's value beside an operand |

mod compare;
mod operand;
mod parse;

use regex::Regex;
use ttlog_core::{EventRef, ValueRef};

pub(crate) use compare::{text_of, unit_of_name};
use operand::Operand;

/// What `--where` asks of an event.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    /// Whether the event has to fail the rest.
    negated: bool,
    name: Name,
    test: Test,
}

/// What a condition looks at.
#[derive(Debug, Clone)]
struct Name {
    text: String,
    /// Written with `@`: never a field.
    is_builtin: bool,
}

/// What is asked of the value.
#[derive(Debug, Clone)]
enum Test {
    /// There is one.
    Exists,
    /// It compares in this way.
    Compares(Operator, Operand),
    /// Its text has a match, or has none.
    Matches(Regex, bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Condition {
    /// Whether the event is as the condition says. `scratch` is for values that have to be made text.
    ///
    /// A value that isn't there satisfies nothing, `!=` included; only a `!` in front of the condition turns that round.
    pub(crate) fn holds(&self, event: &EventRef<'_>, scratch: &mut String) -> bool {
        self.is_satisfied(event, scratch) != self.negated
    }

    fn is_satisfied(&self, event: &EventRef<'_>, scratch: &mut String) -> bool {
        if !self.name.is_builtin {
            // Fields of the same name stand beside each other; one that satisfies is enough.
            let mut found = false;
            for (name, value) in event.fields() {
                if name == self.name.text {
                    found = true;
                    if self.test.accepts(&self.name.text, value, scratch) {
                        return true;
                    }
                }
            }
            if found {
                return false;
            }
            // Where the event has none, the innermost span or context that has one.
            if let Some(value) = event.field_in_chain(&self.name.text) {
                return self.test.accepts(&self.name.text, value, scratch);
            }
        }
        if self.name.text == "span" {
            return event.spans().filter(|span| !span.is_context).any(|span| {
                self.test
                    .accepts("span", ValueRef::Str(&span.name), scratch)
            });
        }
        if self.name.text == "trace_id" {
            return event.trace_id().is_some_and(|id| {
                let digits = format!("{id:032x}");
                self.test
                    .accepts("trace_id", ValueRef::Str(&digits), scratch)
            });
        }
        builtin(&self.name.text, event)
            .into_iter()
            .flatten()
            .any(|value| self.test.accepts(&self.name.text, value, scratch))
    }
}

/// The names of what every event has, beside its fields.
const BUILTINS: [&str; 11] = [
    "level", "target", "message", "thread", "file", "line", "module", "name", "span", "trace_id",
    "kind",
];

/// What the event has of this name beside its fields; a thread has a name and a number.
fn builtin<'a>(name: &str, event: &EventRef<'a>) -> [Option<ValueRef<'a>>; 2] {
    let text = |text: &'a str| [(!text.is_empty()).then_some(ValueRef::Str(text)), None];
    match name {
        "level" => text(event.level().as_str()),
        "target" => text(event.target()),
        "message" => text(event.message()),
        "file" => text(event.file()),
        "module" => text(event.module_path()),
        "name" => text(event.name()),
        "kind" => text(event.kind().as_str()),
        "line" if event.line() != 0 => [Some(ValueRef::U64(event.line().into())), None],
        "thread" => [
            event.thread_name().map(ValueRef::Str),
            Some(ValueRef::U64(event.thread_id().into())),
        ],
        _ => [None, None],
    }
}

impl Test {
    fn accepts(&self, name: &str, value: ValueRef<'_>, scratch: &mut String) -> bool {
        match self {
            Test::Exists => value != ValueRef::None,
            Test::Compares(operator, operand) => {
                compare::accepts(*operator, name, value, operand, scratch)
            }
            Test::Matches(regex, wanted) => {
                value != ValueRef::None && regex.is_match(text_of(&value, scratch)) == *wanted
            }
        }
    }
}

#[cfg(test)]
mod tests;
