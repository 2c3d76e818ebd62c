//! The grammar of conditions:
//!
//! ```text
//! condition  ["!"] name [operator value]
//! name       ["@"] (text without operators, quotes and spaces | quoted)
//! operator   "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~"
//! value      quoted | the rest of the text, without the spaces around it
//! quoted     '"' text, with \" and \\ '"'
//! ```
//!
//! A value without quotes goes to the end, so that regular expressions can be written as they are.

use std::fmt;
use std::str::FromStr;

use regex::Regex;

use super::operand::Operand;
use super::{BUILTINS, Condition, Name, Operator, Test};
use crate::output::printable;

/// Where a text is no condition, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    text: String,
    /// The byte at fault.
    place: usize,
    reason: String,
}

impl fmt::Display for SyntaxError {
    /// The reason, then the text with a mark under the place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = printable(&self.text[..self.place]).chars().count();
        write!(
            f,
            "{}\n\n    {}\n    {:before$}^",
            self.reason,
            printable(&self.text),
            ""
        )
    }
}

impl std::error::Error for SyntaxError {}

impl FromStr for Condition {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Condition, SyntaxError> {
        let mut parser = Parser { text, place: 0 };
        parser.condition().map_err(|(place, reason)| SyntaxError {
            text: text.to_owned(),
            place,
            reason,
        })
    }
}

/// The byte at fault, and why it is.
type Fault = (usize, String);

struct Parser<'a> {
    text: &'a str,
    /// What is before this byte has been read.
    place: usize,
}

impl<'a> Parser<'a> {
    fn condition(&mut self) -> Result<Condition, Fault> {
        self.skip_spaces();
        let negated = self.take("!");
        self.skip_spaces();
        let name = self.name()?;
        self.skip_spaces();
        let test = self.test()?;
        Ok(Condition {
            negated,
            name,
            test,
        })
    }

    fn name(&mut self) -> Result<Name, Fault> {
        let is_builtin = self.take("@");
        let start = self.place;
        let text = if self.rest().starts_with('"') {
            self.quoted()?
        } else {
            let end = self
                .rest()
                .find(|c: char| c.is_whitespace() || "=!<>~\"".contains(c))
                .unwrap_or(self.rest().len());
            self.advance(end).to_owned()
        };
        if text.is_empty() {
            return Err((start, "the name of a field is missing".to_owned()));
        }
        if is_builtin && !BUILTINS.contains(&text.as_str()) {
            let known = BUILTINS.map(|name| format!("@{name}")).join(", ");
            return Err((start, format!("there is no `@{text}`; there are {known}")));
        }
        Ok(Name { text, is_builtin })
    }

    fn test(&mut self) -> Result<Test, Fault> {
        let start = self.place;
        // The longer ones first.
        let operators = [
            ("==", Some(Operator::Equal)),
            ("!=", Some(Operator::NotEqual)),
            ("<=", Some(Operator::LessOrEqual)),
            (">=", Some(Operator::GreaterOrEqual)),
            ("!~", None),
            ("=", Some(Operator::Equal)),
            ("<", Some(Operator::Less)),
            (">", Some(Operator::Greater)),
            ("~", None),
        ];
        let Some((sign, operator)) = operators.into_iter().find(|(sign, _)| self.take(sign)) else {
            return match self.rest() {
                "" => Ok(Test::Exists),
                _ => Err((start, "expected one of = != < <= > >= ~ !~ here".to_owned())),
            };
        };
        if operator.is_some() && self.rest().starts_with(['=', '<', '>', '~', '!']) {
            let doubled = &self.text[start..self.place + 1];
            return Err((
                start,
                format!("there is no operator `{doubled}`; a value that begins so needs quotes"),
            ));
        }
        self.skip_spaces();
        let value_start = self.place;
        let is_quoted = self.rest().starts_with('"');
        let value = self.value()?;
        if value.is_empty() && !is_quoted {
            return Err((
                value_start,
                format!("a value is missing behind `{sign}`; an empty text is written \"\""),
            ));
        }
        match operator {
            Some(operator) => Ok(Test::Compares(operator, Operand::new(value, is_quoted))),
            None => Regex::new(&value)
                .map(|regex| Test::Matches(regex, sign == "~"))
                .map_err(|error| (value_start, format!("not a regular expression: {error}"))),
        }
    }

    fn value(&mut self) -> Result<String, Fault> {
        if !self.rest().starts_with('"') {
            return Ok(self.advance(self.rest().len()).trim_end().to_owned());
        }
        let value = self.quoted()?;
        self.skip_spaces();
        match self.rest() {
            "" => Ok(value),
            _ => Err((
                self.place,
                "nothing may follow the value; give --where once more for another condition"
                    .to_owned(),
            )),
        }
    }

    /// A text in quotes, without them.
    fn quoted(&mut self) -> Result<String, Fault> {
        let start = self.place;
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((offset, character)) = characters.next() {
            match character {
                '"' => {
                    self.place += offset + 1;
                    return Ok(text);
                }
                // A backslash that escapes nothing stands for itself, as regular expressions have many.
                '\\' => match characters.next() {
                    Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                    Some((_, other)) => text.extend(['\\', other]),
                    None => {}
                },
                other => text.push(other),
            }
        }
        Err((start, "this quote is not closed".to_owned()))
    }

    fn rest(&self) -> &'a str {
        &self.text[self.place..]
    }

    fn advance(&mut self, bytes: usize) -> &'a str {
        let part = &self.rest()[..bytes];
        self.place += bytes;
        part
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        if found {
            self.place += sign.len();
        }
        found
    }

    fn skip_spaces(&mut self) {
        self.place = self.text.len() - self.rest().trim_start().len();
    }
}
