//! What may not stand in output as it is, and how it is written instead.
//!
//! A text that comes from a user must not end a line, begin a field, move the cursor or turn the direction
//! of reading. Each function here writes one text at one kind of place so that it can't, and so that a
//! reader gets the very same text back: what stands without quotes is the text itself, what stands in
//! quotes is escaped.
//!
//! Most texts are plain ASCII with nothing to escape. One pass over the bytes finds that out; only what is
//! left is looked at character by character.

use super::number::push_display;

/// A control character of ASCII.
const CONTROL: u8 = 1;
/// Part of a character outside of ASCII, which has to be looked at.
const NOT_ASCII: u8 = 2;
const SPACE: u8 = 4;
const EQUALS: u8 = 8;
const QUOTE: u8 = 16;
const BACKSLASH: u8 = 32;
const BRACKET: u8 = 64;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < classes.len() {
        classes[byte] = match byte as u8 {
            0..0x20 | 0x7f => CONTROL,
            0x80.. => NOT_ASCII,
            b' ' => SPACE,
            b'=' => EQUALS,
            b'"' => QUOTE,
            b'\\' => BACKSLASH,
            b'[' => BRACKET,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// The classes of all bytes together.
#[inline]
fn classes(text: &str) -> u8 {
    let class = |all, &byte: &u8| all | CLASSES[usize::from(byte)];
    text.as_bytes().iter().fold(0, class)
}

/// How a character is written that can't stand as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// As in a Rust string: `\u{1b}`.
    Rust,
    /// As in a JSON string: `\u001b`, two of them for a character beyond U+FFFF.
    Json,
}

/// Whether a character could pass for something else than itself, wherever it stands.
///
/// These are the control characters (C0, DEL, C1), the line separators, what turns the direction of
/// reading, and what can't be seen: zero-width spaces, annotations, tags. The two joiners U+200C and U+200D
/// can't forge anything and belong to the spelling of several languages, so they stay.
pub(super) fn is_hostile(character: char) -> bool {
    matches!(
        character,
        '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

fn has_hostile(text: &str, classes: u8) -> bool {
    classes & CONTROL != 0 || classes & NOT_ASCII != 0 && text.chars().any(is_hostile)
}

/// Writes a text where spaces and `=` have a meaning, as a value, a target or a name of the text format:
/// as it is if nothing in it could pass for something else, otherwise in quotes.
#[inline]
pub(super) fn push_word(out: &mut String, text: &str, escapes: Escapes) {
    let classes = classes(text);
    if classes & !BRACKET == 0 && !text.is_empty() && !text.starts_with('[') {
        out.push_str(text);
    } else {
        push_unusual_word(out, text, classes, escapes);
    }
}

#[cold]
#[inline(never)]
fn push_unusual_word(out: &mut String, text: &str, classes: u8, escapes: Escapes) {
    let is_bare = classes & !(NOT_ASCII | BRACKET) == 0
        && !text.is_empty()
        && !text.starts_with('[')
        && !text.chars().any(|c| c.is_whitespace() || is_hostile(c));
    if is_bare {
        out.push_str(text);
    } else {
        push_quoted(out, text, escapes);
    }
}

/// Writes a text that fields may follow on the same line: as it is if it has no `=`, doesn't begin with a quote, closes
/// every quote that it opens and has nothing hostile, otherwise in quotes.
#[inline]
pub(super) fn push_sentence(out: &mut String, text: &str) {
    let classes = classes(text);
    let must_be_quoted =
        classes & EQUALS != 0 || classes & QUOTE != 0 && leaves_quote_open(text, classes);
    push_unless(out, text, must_be_quoted, classes);
}

/// Whether a reader may take what follows the text for a part of a string in it.
fn leaves_quote_open(text: &str, classes: u8) -> bool {
    classes & BACKSLASH != 0 || !text.matches('"').count().is_multiple_of(2)
}

/// Writes a text that has the rest of the line for itself: as it is if it doesn't begin with a quote and
/// has nothing hostile, otherwise in quotes.
pub(super) fn push_rest_of_line(out: &mut String, text: &str) {
    push_unless(out, text, text.is_empty(), classes(text));
}

#[inline]
fn push_unless(out: &mut String, text: &str, must_be_quoted: bool, classes: u8) {
    if must_be_quoted || text.starts_with('"') || has_hostile(text, classes) {
        push_quoted(out, text, Escapes::Rust);
    } else {
        out.push_str(text);
    }
}

/// Writes a text in quotes.
#[inline]
pub(super) fn push_quoted(out: &mut String, text: &str, escapes: Escapes) {
    out.push('"');
    push_inside_quotes(out, text, escapes);
    out.push('"');
}

/// Writes a text that stands between quotes.
#[inline]
pub(super) fn push_inside_quotes(out: &mut String, text: &str, escapes: Escapes) {
    if classes(text) & (CONTROL | NOT_ASCII | QUOTE | BACKSLASH) == 0 {
        out.push_str(text);
    } else {
        push_escaped(out, text, escapes);
    }
}

#[inline(never)]
fn push_escaped(out: &mut String, text: &str, escapes: Escapes) {
    let mut copied = 0;
    for (position, character) in text.char_indices() {
        if matches!(character, '"' | '\\') || is_hostile(character) {
            out.push_str(&text[copied..position]);
            copied = position + character.len_utf8();
            push_escape(out, character, escapes);
        }
    }
    out.push_str(&text[copied..]);
}

fn push_escape(out: &mut String, character: char, escapes: Escapes) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if escapes == Escapes::Rust => {
            push_display(out, format_args!("\\u{{{:x}}}", u32::from(character)));
        }
        _ => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                push_display(out, format_args!("\\u{unit:04x}"));
            }
        }
    }
}

/// Writes a name where it can't be quoted: what may not stand there becomes `_`.
pub(super) fn push_key(out: &mut String, name: &str) {
    let classes = classes(name);
    if classes & !BRACKET == 0 && !name.is_empty() {
        out.push_str(name);
        return;
    }
    if name.is_empty() {
        out.push('_');
    }
    out.extend(name.chars().map(|character| match character {
        '=' | '"' | '\\' => '_',
        _ if character.is_whitespace() || is_hostile(character) => '_',
        _ => character,
    }));
}

/// Whether the text is a string in quotes already, as `Debug` makes it of one, and has nothing hostile.
pub(super) fn is_quoted_string(text: &str) -> bool {
    let Some(inside) = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return false;
    };
    let mut after_backslash = false;
    for character in inside.chars() {
        if is_hostile(character) || character == '"' && !after_backslash {
            return false;
        }
        after_backslash = character == '\\' && !after_backslash;
    }
    !after_backslash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> String {
        let mut out = String::new();
        push_word(&mut out, text, Escapes::Rust);
        out
    }

    fn sentence(text: &str) -> String {
        let mut out = String::new();
        push_sentence(&mut out, text);
        out
    }

    #[test]
    fn what_cannot_be_mistaken_stands_as_it_is() {
        for text in [
            "a",
            "a::b",
            "x[1]",
            "größe",
            "日本",
            "👩\u{200d}🚀",
            "-1.5e3",
        ] {
            assert_eq!(word(text), text);
        }
        for text in ["User logged in", "a \"b\" c", "c:\\d", "größe", ""] {
            assert_eq!(sentence(text), text);
        }
    }

    #[test]
    fn what_could_be_mistaken_stands_in_quotes() {
        let cases = [
            ("", r#""""#),
            ("a b", r#""a b""#),
            ("a\u{a0}b", "\"a\u{a0}b\""),
            ("a=b", r#""a=b""#),
            ("[cut]", r#""[cut]""#),
            ("\"", r#""\"""#),
            ("a\\", r#""a\\""#),
            ("a\nb\r\t\0", r#""a\nb\r\t\u{0}""#),
            ("\u{1b}[31m\u{85}", r#""\u{1b}[31m\u{85}""#),
            ("\u{202e}x\u{2029}", r#""\u{202e}x\u{2029}""#),
        ];
        for (text, expected) in cases {
            assert_eq!(word(text), expected);
        }
        assert_eq!(sentence("a b=c"), r#""a b=c""#);
        assert_eq!(sentence("\"a"), r#""\"a""#);
        assert_eq!(sentence("a \"b"), r#""a \"b""#);
        assert_eq!(sentence("a \"b\\\" c"), r#""a \"b\\\" c""#);
        assert_eq!(sentence("a\nb"), r#""a\nb""#);
        assert_eq!(sentence("a\u{2028}b"), r#""a\u{2028}b""#);
    }

    #[test]
    fn no_hostile_character_gets_through_anywhere() {
        for character in (0..=0x10_ffff).filter_map(char::from_u32) {
            if !is_hostile(character) {
                assert!(!character.is_control());
                continue;
            }
            let text = format!("a{character}b");
            let mut out = word(&text) + &sentence(&text);
            push_rest_of_line(&mut out, &text);
            push_key(&mut out, &text);
            push_quoted(&mut out, &text, Escapes::Json);
            assert!(!out.contains(is_hostile), "{out:?}");
            assert!(!is_quoted_string(&format!("\"{text}\"")));
        }
    }

    #[test]
    fn keys_have_no_quotes_and_no_spaces() {
        let mut out = String::new();
        push_key(&mut out, "a b=\"c\\\u{85}é");
        push_key(&mut out, "");
        assert_eq!(out, "a_b__c__é_");
    }

    #[test]
    fn a_quoted_string_is_known_by_its_quotes() {
        for text in ["", "a", "a\"b\\", "\n", "\\", "\u{202e}"] {
            assert!(is_quoted_string(&format!("{text:?}")), "{text:?}");
        }
        for text in [
            "",
            "\"",
            "a",
            "\"a",
            "\"a\"b\"",
            "\"a\" x=\"b\"",
            "\"\\\"",
            "\"\n\"",
        ] {
            assert!(!is_quoted_string(text), "{text}");
        }
    }
}
