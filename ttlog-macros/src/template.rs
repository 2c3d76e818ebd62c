//! The template of a message: which arguments it takes, by position and by name.
//!
//! The grammar is that of `std::fmt`. What is malformed is left alone here: `format_args!` names the mistake, at its place in
//! the literal, better than anything that could be written from outside.

mod placeholder;

use placeholder::{Count, Placeholder, Subject};

/// What a template asks of its arguments.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Template {
    /// How many arguments it takes by position.
    pub(crate) positional: usize,
    /// Whether anything has to be formatted at run time.
    pub(crate) has_placeholders: bool,
    named: Vec<NamedArgument>,
}

/// An argument that a template refers to by its name.
#[derive(Debug, PartialEq)]
struct NamedArgument {
    name: String,
    /// How its value is shown, such as `?` or `#x`; none where it only gives a width or a precision.
    shown_as: Option<String>,
}

/// What a template does with an argument of some name.
#[derive(Debug, PartialEq)]
pub(crate) enum Use<'a> {
    /// It does not mention it.
    Absent,
    /// Only as a width or a precision.
    Count,
    /// It shows its value, in this way (empty for `Display`).
    Shown(&'a str),
}

impl Template {
    /// Reads a template; a malformed one takes whatever arguments there are, and `format_args!` rejects it.
    pub(crate) fn parse(text: &str) -> Self {
        Self::try_parse(text).unwrap_or_else(Self::unknown)
    }

    /// The template of a text that only the compiler knows, such as that of `include_str!`.
    pub(crate) fn unknown() -> Self {
        Self {
            positional: usize::MAX,
            has_placeholders: true,
            named: Vec::new(),
        }
    }

    fn try_parse(text: &str) -> Option<Self> {
        let mut template = Self::default();
        let mut next_positional = 0;
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (brace, after) = rest[at..].split_at(1);
            if let Some(after_escape) = after.strip_prefix(brace) {
                rest = after_escape;
                continue;
            }
            if brace == "}" {
                return None;
            }
            let (placeholder, after) = Placeholder::parse(after)?;
            template.note(placeholder, &mut next_positional);
            rest = after;
        }
        template.needs(next_positional);
        Some(template)
    }

    /// Counts one placeholder in. `.*` takes its precision from the positions before the value does.
    fn note(&mut self, placeholder: Placeholder<'_>, next_positional: &mut usize) {
        self.has_placeholders = true;
        for count in [placeholder.precision, placeholder.width] {
            match count {
                Count::Fixed => {}
                Count::NextPositional => *next_positional += 1,
                Count::Position(position) => self.needs(position.saturating_add(1)),
                Count::Name(name) => self.refer(name, None),
            }
        }
        match placeholder.subject {
            Subject::NextPositional => *next_positional += 1,
            Subject::Position(position) => self.needs(position.saturating_add(1)),
            Subject::Name(name) => self.refer(name, Some(placeholder.shown_as)),
        }
    }

    fn needs(&mut self, positional: usize) {
        self.positional = self.positional.max(positional);
    }

    fn refer(&mut self, name: &str, shown_as: Option<String>) {
        match self.named.iter_mut().find(|known| known.name == name) {
            Some(known) => known.shown_as = known.shown_as.take().or(shown_as),
            None => self.named.push(NamedArgument {
                name: name.to_owned(),
                shown_as,
            }),
        }
    }

    /// What it does with the argument `name`.
    pub(crate) fn use_of(&self, name: &str) -> Use<'_> {
        match self.named.iter().find(|known| known.name == name) {
            None => Use::Absent,
            Some(NamedArgument { shown_as: None, .. }) => Use::Count,
            Some(NamedArgument {
                shown_as: Some(shown_as),
                ..
            }) => Use::Shown(shown_as),
        }
    }
}

/// The text of a template without placeholders: `{{` and `}}` stand for one brace.
pub(crate) fn unescape(text: &str) -> String {
    text.replace("{{", "{").replace("}}", "}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positional(text: &str) -> usize {
        Template::try_parse(text).expect(text).positional
    }

    #[test]
    fn plain_text_needs_nothing() {
        for text in ["", "plain", "{{}}", "{{{{ }}", "100 %"] {
            assert_eq!(
                Template::try_parse(text),
                Some(Template::default()),
                "{text}"
            );
        }
    }

    #[test]
    fn positions_are_counted() {
        for (text, expected) in [
            ("{}", 1),
            ("{} {}", 2),
            ("{{{}}}", 1),
            ("{0} {0}", 1),
            ("{2}", 3),
            ("{} {0} {}", 2),
            ("{:?} {:#x} {:>8.2}", 3),
            ("{:1$}", 2),
            ("{:.1$} {}", 2),
            ("{:.*}", 2),
            ("{:.*} {}", 3),
            ("{0:.*}", 1),
            ("{x:.*}", 1),
            ("{:>1$.*}", 2),
            ("{x}", 0),
            ("{x:2$}", 3),
            ("{:w$.p$}", 1),
            ("{ }", 1),
            ("{ 0 }", 1),
            ("{:? }", 1),
        ] {
            assert_eq!(positional(text), expected, "{text}");
        }
    }

    #[test]
    fn names_are_told_from_counts() {
        let template = Template::parse("{user} {total:w$.p$} {p:?} {r#type}");
        assert_eq!(template.use_of("user"), Use::Shown(""));
        assert_eq!(template.use_of("total"), Use::Shown(""));
        assert_eq!(template.use_of("w"), Use::Count);
        assert_eq!(template.use_of("p"), Use::Shown("?"));
        assert_eq!(template.use_of("other"), Use::Absent);
    }

    #[test]
    fn the_way_a_name_is_shown_keeps_flags_that_change_the_text() {
        for (text, expected) in [
            ("{x}", ""),
            ("{x:}", ""),
            ("{x:?}", "?"),
            ("{x:#?}", "#?"),
            ("{x:08.3}", ""),
            ("{x:*^+#012x}", "#x"),
            ("{x:02X?}", "X?"),
            ("{x:e}", "e"),
            ("{x:>w$}", ""),
            ("{x:}>5}", ""),
            ("{x:w$} {x:?}", ""),
        ] {
            assert_eq!(
                Template::parse(text).use_of("x"),
                Use::Shown(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn malformed_templates_are_left_to_the_compiler() {
        for text in [
            "{", "}", "{x", "{:", "{x y}", "{0.1}", "{x!}", "{:y$z!}", "{x:y}", "{x:e?}",
        ] {
            assert_eq!(Template::try_parse(text), None, "{text}");
        }
    }

    #[test]
    fn braces_are_unescaped() {
        assert_eq!(unescape("a {{b}} {{{{"), "a {b} {{");
    }
}
