//! One placeholder of a template, from behind its `{` to its `}`.

/// The ways in which a value can be shown.
const KINDS: [&str; 11] = ["", "?", "x?", "X?", "x", "X", "o", "b", "p", "e", "E"];

/// What stands between a `{` and its `}`.
pub(super) struct Placeholder<'a> {
    pub(super) subject: Subject<'a>,
    pub(super) width: Count<'a>,
    pub(super) precision: Count<'a>,
    /// The part of the specification that chooses how the value is shown: `?`, `#x`, `X?`.
    pub(super) shown_as: String,
}

/// The value that is shown.
pub(super) enum Subject<'a> {
    NextPositional,
    Position(usize),
    Name(&'a str),
}

/// Where a width or a precision comes from.
pub(super) enum Count<'a> {
    /// It is written out, or absent.
    Fixed,
    /// `.*`
    NextPositional,
    /// `1$`
    Position(usize),
    /// `width$`
    Name(&'a str),
}

impl<'a> Placeholder<'a> {
    /// Reads what follows a `{`, and returns it with what follows its `}`; none where it is malformed.
    pub(super) fn parse(text: &'a str) -> Option<(Self, &'a str)> {
        let mut scanner = Scanner { rest: text };
        scanner.skip_spaces();
        let subject = scanner.subject();
        scanner.skip_spaces();
        let mut placeholder = Placeholder {
            subject,
            width: Count::Fixed,
            precision: Count::Fixed,
            shown_as: String::new(),
        };
        if scanner.take(':') {
            placeholder.specification(&mut scanner)?;
            scanner.skip_spaces();
        }
        scanner.take('}').then_some((placeholder, scanner.rest))
    }

    /// `[[fill]align][sign]['#']['0'][width]['.' precision][type]`; none where the type is unknown.
    fn specification(&mut self, scanner: &mut Scanner<'a>) -> Option<()> {
        scanner.fill_and_alignment();
        let _ = scanner.take('+') || scanner.take('-');
        if scanner.take('#') {
            self.shown_as.push('#');
        }
        // `0$` is a width taken from the first argument, any other `0` is the flag.
        if !scanner.rest.starts_with("0$") {
            scanner.take('0');
        }
        self.width = scanner.count();
        if scanner.take('.') {
            self.precision = if scanner.take('*') {
                Count::NextPositional
            } else {
                scanner.count()
            };
        }
        let start = scanner.rest;
        scanner.identifier();
        scanner.take('?');
        let kind = &start[..start.len() - scanner.rest.len()];
        self.shown_as.push_str(kind);
        KINDS.contains(&kind).then_some(())
    }
}

/// Reads a text from its front.
struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    fn take(&mut self, wanted: char) -> bool {
        let after = self.rest.strip_prefix(wanted);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn subject(&mut self) -> Subject<'a> {
        if let Some(position) = self.number() {
            Subject::Position(position)
        } else if let Some(name) = self.identifier() {
            Subject::Name(name)
        } else {
            Subject::NextPositional
        }
    }

    /// A width or a precision: `8`, `1$`, `width$` or nothing.
    fn count(&mut self) -> Count<'a> {
        let start = self.rest;
        if let Some(position) = self.number() {
            return if self.take('$') {
                Count::Position(position)
            } else {
                Count::Fixed
            };
        }
        match self.identifier() {
            Some(name) if self.take('$') => Count::Name(name),
            _ => {
                self.rest = start;
                Count::Fixed
            }
        }
    }

    fn number(&mut self) -> Option<usize> {
        let digits = self.prefix(|character| character.is_ascii_digit());
        // A position too large for a number is one that no call can give.
        (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX))
    }

    /// An identifier, without its `r#`.
    fn identifier(&mut self) -> Option<&'a str> {
        let start = self.rest;
        self.rest = start.strip_prefix("r#").unwrap_or(start);
        let name = self.prefix(|character| character.is_alphanumeric() || character == '_');
        if name.is_empty() || name.starts_with(|first: char| first.is_numeric()) {
            self.rest = start;
            return None;
        }
        Some(name)
    }

    fn prefix(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self
            .rest
            .find(|character| !belongs(character))
            .unwrap_or(self.rest.len());
        let (prefix, rest) = self.rest.split_at(end);
        self.rest = rest;
        prefix
    }

    /// `<`, `^` or `>`, with the character that fills before it.
    fn fill_and_alignment(&mut self) {
        let mut characters = self.rest.chars();
        let is_alignment = |character| matches!(character, Some('<' | '^' | '>'));
        let first = characters.next();
        let after_first = characters.as_str();
        if is_alignment(characters.next()) {
            self.rest = characters.as_str();
        } else if is_alignment(first) {
            self.rest = after_first;
        }
    }
}
