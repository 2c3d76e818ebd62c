//! [`Redaction`]: the names of fields whose values must not be recorded.
//!
//! Names that a call site knows are compared once, when the site is registered or a list is made: a site that has one of them is
//! marked, and its events are encoded beside the ring, in memory of the thread's own, from where they go into the ring without those
//! values (`scratch`). Its constants are hidden from all readers. Names that come with the event are compared then, and their values are never
//! encoded. So calls without such names are what they were.
//!
//! Lists are made when a pipeline starts, and kept for ever: marks are of any list, so that no lock is needed to ask; what is hidden in an
//! event says the list of the pipeline that it goes to.

use std::borrow::Cow;

use crate::decode::EventRef;
use crate::event::LogEvent;
use crate::forever::Forever;
use crate::metadata::Metadata;
use crate::redacted::REDACTED;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Redaction {
    names: Vec<String>,
}

static LISTS: Forever<Redaction> = Forever::new();

impl Redaction {
    /// Makes a list, for ever; [`callsite::refresh`](crate::callsite::refresh) makes it known to call sites.
    pub(crate) fn enforce(names: &[String]) -> &'static Redaction {
        let names = names.to_vec();
        LISTS.push(Redaction { names })
    }

    /// Whether the value of a field of this name must not be recorded: the whole name or what is behind its last dot is in the
    /// list, in any case.
    pub(crate) fn hides(&self, name: &str) -> bool {
        let last = name.rsplit_once('.').map_or(name, |(_, last)| last);
        let is = |hidden: &String| {
            hidden.eq_ignore_ascii_case(name) || hidden.eq_ignore_ascii_case(last)
        };
        self.names.iter().any(is)
    }

    /// The message of an event that was formatted, if it can be recorded as it is; else its template, without the placeholders of
    /// what is hidden. A template that is not known may show anything.
    pub(crate) fn message<'a>(&self, message: &'a str, metadata: &Metadata) -> Cow<'a, str> {
        let template = &*metadata.message;
        let shows_unknown = template.is_empty() && self.has_hidden_field(metadata);
        match self.without_placeholders(template) {
            Some(shown) => Cow::Owned(shown),
            None if shows_unknown => Cow::Borrowed(REDACTED),
            None => Cow::Borrowed(message),
        }
    }

    fn has_hidden_field(&self, metadata: &Metadata) -> bool {
        metadata.fields.iter().any(|field| self.hides(&field.name))
    }

    /// The template with `[redacted]` in place of what is hidden; `None` where it shows nothing of that.
    fn without_placeholders(&self, template: &str) -> Option<String> {
        let mut shown = String::new();
        let mut rest = template;
        let mut is_hidden = false;
        while let Some(open) = rest.find('{') {
            let (before, inside) = rest.split_at(open);
            shown.push_str(before);
            let end = inside.find('}').map_or(inside.len(), |close| close + 1);
            let is_escaped = inside[1..].starts_with('{');
            let (placeholder, behind) = inside.split_at(if is_escaped { 2 } else { end });
            let name = placeholder[1..].split([':', '}']).next().unwrap_or("");
            if !is_escaped && self.hides(name.trim()) {
                shown.push_str(REDACTED);
                is_hidden = true;
            } else {
                shown.push_str(placeholder);
            }
            rest = behind;
        }
        shown.push_str(rest);
        is_hidden.then_some(shown)
    }

    /// Hides what must not be recorded in an event that was decoded with this metadata.
    pub(crate) fn clean(&self, event: &EventRef<'_>) -> LogEvent {
        let mut cleaned = event.to_log_event();
        if let Some(message) = event.formatted_message() {
            cleaned.message = self.message(message, event.metadata()).into_owned();
        }
        self.clean_fields(&mut cleaned);
        cleaned
    }

    /// Hides what must not be recorded among the fields of an event.
    pub(crate) fn clean_fields(&self, event: &mut LogEvent) {
        for field in &mut event.fields {
            if self.hides(&field.key) {
                field.value = REDACTED.into();
            }
        }
    }
}

/// Whether any list hides something of the events of a call site.
pub(crate) fn concerns(metadata: &Metadata) -> bool {
    LISTS.iter().any(|list| {
        list.has_hidden_field(metadata) || list.without_placeholders(&metadata.message).is_some()
    })
}

/// The same metadata without the constants that any list hides; `None` where there are none.
pub(crate) fn without_constants(metadata: &Metadata) -> Option<Metadata> {
    let is_shown = |name: &str, constant: &Option<Cow<'static, str>>| {
        constant
            .as_ref()
            .is_some_and(|constant| constant != REDACTED)
            && LISTS.iter().any(|list| list.hides(name))
    };
    let mut fields = metadata.fields.iter();
    if !fields.any(|field| is_shown(&field.name, &field.constant)) {
        return None;
    }
    let mut metadata = metadata.clone();
    for field in metadata.fields.to_mut() {
        if is_shown(&field.name, &field.constant) {
            field.constant = Some(Cow::Borrowed(REDACTED));
        }
    }
    Some(metadata)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn list() -> Redaction {
        Redaction {
            names: vec!["password".into(), "Api.Key".into()],
        }
    }

    #[test]
    fn names_are_hidden_whole_or_behind_their_last_dot() {
        for name in [
            "password",
            "PassWord",
            "user.password",
            "a.b.PASSWORD",
            "api.key",
        ] {
            assert!(list().hides(name), "{name}");
        }
        for name in [
            "",
            "passwords",
            "password.length",
            "key",
            "x.api.key",
            "api_key",
        ] {
            assert!(!list().hides(name), "{name}");
        }
    }

    #[test]
    fn placeholders_are_hidden_and_escapes_are_none() {
        let shown = |template| list().without_placeholders(template);
        assert_eq!(
            shown("{user} has {password:?}, {password}{{password}}").as_deref(),
            Some("{user} has [redacted], [redacted]{{password}}")
        );
        for template in [
            "",
            "{}",
            "{{password}}",
            "{user}",
            "}{",
            "{",
            "{{",
            "{passwor",
        ] {
            assert_eq!(shown(template), None, "{template}");
        }
        assert_eq!(shown("{password").as_deref(), Some("[redacted]"));
    }
}
