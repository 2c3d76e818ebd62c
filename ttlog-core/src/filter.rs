//! [`Filter`]: which events are wanted, by target and level.

use std::fmt;

use crate::level::LogLevel;

/// Directives that say, for each target, from which level on events are wanted.
///
/// The text is a list separated by commas, in the grammar that `RUST_LOG` has everywhere:
///
/// | directive | means |
/// |---|---|
/// | `debug` | everything from `debug` on |
/// | `my_app::db=trace` | from `trace` on in `my_app::db` and the modules below it |
/// | `my_app::db` | everything in it |
/// | `hyper=off`, `off` | nothing |
///
/// The directive with the longest target that the event's target begins with wins, where a target ends
/// at `::` or at its end: `my_app::db` covers `my_app::db::pool` and not `my_app::dbms`. Of two equal ones the last
/// wins. A directive that can't be understood is left out and kept as an error; the others stay in force.
///
/// ```
/// use ttlog_core::{Filter, LogLevel};
///
/// let filter = Filter::parse("warn,my_app::db=trace,hyper=loud");
/// assert!(filter.enabled("my_app::db::pool", LogLevel::Trace));
/// assert!(!filter.enabled("my_app", LogLevel::Info));
/// assert_eq!(filter.errors()[0].directive(), "hyper=loud");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// From the longest target to the shortest.
    directives: Vec<Directive>,
    errors: Vec<DirectiveError>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Directive {
    /// Empty for the directive that is for all targets.
    target: String,
    threshold: Threshold,
}

/// The least severe level that is wanted; `None` where nothing is.
type Threshold = Option<LogLevel>;

/// A directive that can't be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectiveError {
    /// The variable of the environment that it is in.
    variable: Option<&'static str>,
    directive: String,
    reason: &'static str,
}

impl DirectiveError {
    /// The directive's text.
    pub fn directive(&self) -> &str {
        &self.directive
    }
}

impl fmt::Display for DirectiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(variable) = self.variable {
            write!(f, "{variable}: ")?;
        }
        write!(f, "filter directive {:?}: {}", self.directive, self.reason)
    }
}

impl std::error::Error for DirectiveError {}

impl Filter {
    /// Reads directives; see the type for their grammar. Never fails: see [`Filter::errors`].
    pub fn parse(directives: &str) -> Filter {
        let mut filter = Filter::default();
        for text in directives.split(',').map(str::trim) {
            if text.is_empty() {
                continue;
            }
            match Directive::parse(text) {
                Ok(directive) => filter.set(directive),
                Err(reason) => filter.errors.push(DirectiveError {
                    variable: None,
                    directive: text.to_owned(),
                    reason,
                }),
            }
        }
        filter
    }

    /// The same for the value of a variable of the environment, which its errors name.
    pub(crate) fn parse_variable(variable: &'static str, directives: &str) -> Filter {
        let mut filter = Filter::parse(directives);
        for error in &mut filter.errors {
            error.variable = Some(variable);
        }
        filter
    }

    /// The same filter, or `other` where it has no directive; its errors stay in either case.
    pub(crate) fn or(mut self, other: &Filter) -> Filter {
        if self.directives.is_empty() {
            self.directives.clone_from(&other.directives);
            self.errors.extend_from_slice(&other.errors);
        }
        self
    }

    /// The same filter, with `level` for the targets that no directive covers.
    pub fn or_level(self, level: LogLevel) -> Filter {
        match self.rest() {
            Some(_) => self,
            None => self.with_level(level),
        }
    }

    /// The same filter, with what `other` wants of targets that no directive covers.
    pub(crate) fn or_rest_of(mut self, other: &Filter) -> Filter {
        if self.rest().is_none()
            && let Some(rest) = other.rest()
        {
            self.set(rest.clone());
        }
        self
    }

    /// The directive that is for all targets.
    fn rest(&self) -> Option<&Directive> {
        self.directives
            .last()
            .filter(|directive| directive.target.is_empty())
    }

    /// The same filter, with `level` for the targets that no other directive covers.
    pub fn with_level(mut self, level: LogLevel) -> Filter {
        self.set(Directive {
            target: String::new(),
            threshold: Some(level),
        });
        self
    }

    fn set(&mut self, new: Directive) {
        self.directives.retain(|old| old.target != new.target);
        let longer = |old: &Directive| old.target.len() >= new.target.len();
        let place = self.directives.partition_point(longer);
        self.directives.insert(place, new);
    }

    /// The directives that are in force.
    pub(crate) fn without_errors(&self) -> Filter {
        Filter {
            directives: self.directives.clone(),
            errors: Vec::new(),
        }
    }

    /// The directives that were left out.
    pub fn errors(&self) -> &[DirectiveError] {
        &self.errors
    }

    /// Whether an event of this target and level is wanted. A target that no directive covers isn't.
    pub fn enabled(&self, target: &str, level: LogLevel) -> bool {
        self.directives
            .iter()
            .find(|directive| directive.covers(target))
            .and_then(|directive| directive.threshold)
            .is_some_and(|least| level >= least)
    }

    /// The least severe level that is wanted for any target; `None` where nothing is wanted.
    pub(crate) fn least_level(&self) -> Option<LogLevel> {
        self.directives
            .iter()
            .filter_map(|directive| directive.threshold)
            .min()
    }
}

impl Directive {
    fn parse(text: &str) -> Result<Directive, &'static str> {
        let (target, level) = match text.split_once('=') {
            Some((target, level)) => (target.trim(), Some(level.trim())),
            None if parse_threshold(text).is_some() => ("", Some(text)),
            None => (text, None),
        };
        if target.contains(['[', ']', '{', '}', '/']) {
            return Err("spans, fields and patterns can't be filtered; write `target=level`");
        }
        if target.contains(char::is_whitespace) {
            return Err("a target has no spaces; directives are separated by commas");
        }
        if text.starts_with('=') {
            return Err("there is no target in front of `=`");
        }
        let threshold = match level {
            None => Some(LogLevel::Trace),
            Some(level) => parse_threshold(level)
                .ok_or("the level is none of off, critical, error, warn, info, debug, trace")?,
        };
        Ok(Directive {
            target: target.to_owned(),
            threshold,
        })
    }

    fn covers(&self, target: &str) -> bool {
        target
            .strip_prefix(self.target.as_str())
            .is_some_and(|rest| self.target.is_empty() || rest.is_empty() || rest.starts_with("::"))
    }
}

fn parse_threshold(text: &str) -> Option<Threshold> {
    if text.eq_ignore_ascii_case("off") {
        return Some(None);
    }
    text.parse().ok().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use LogLevel::*;

    #[test]
    fn the_longest_covering_target_wins() {
        let filter = Filter::parse("a=off, info ,a::b=debug,a::b::c=error");
        assert!(filter.enabled("x", Info) && !filter.enabled("x", Debug));
        assert!(!filter.enabled("a", Critical));
        assert!(filter.enabled("a::b", Debug));
        assert!(filter.enabled("a::b::d", Debug));
        assert!(!filter.enabled("a::b::c::d", Warn));
    }

    #[test]
    fn a_target_ends_at_a_path_border() {
        let filter = Filter::parse("app::db=trace");
        assert!(filter.enabled("app::db", Trace) && filter.enabled("app::db::x", Trace));
        assert!(!filter.enabled("app::dbms", Critical) && !filter.enabled("app", Critical));
    }

    #[test]
    fn a_bare_target_wants_everything_and_levels_are_read_in_any_case() {
        let filter = Filter::parse("app,lib=WaRn,OFF");
        assert!(filter.enabled("app::x", Trace));
        assert!(filter.enabled("lib", Warn) && !filter.enabled("lib", Info));
        assert!(!filter.enabled("other", Critical));
    }

    #[test]
    fn the_last_of_two_equal_directives_wins() {
        assert!(!Filter::parse("a=trace,a=off").enabled("a", Critical));
        assert!(Filter::parse("off,info").enabled("a", Info));
    }

    #[test]
    fn wrong_directives_are_kept_as_errors_and_the_rest_is_in_force() {
        let filter = Filter::parse("a=loud,b=info,=warn,c[span]=info,d e,/x,,b=");
        let wrong: Vec<_> = filter.errors().iter().map(|e| e.directive()).collect();
        assert_eq!(
            wrong,
            ["a=loud", "=warn", "c[span]=info", "d e", "/x", "b="]
        );
        assert!(filter.enabled("b", Info) && !filter.enabled("a", Critical));
        assert!(filter.errors()[0].to_string().contains("a=loud"));
    }

    #[test]
    fn the_default_level_is_for_targets_without_a_directive() {
        let filter = Filter::parse("a=trace").or_level(Warn);
        assert!(filter.enabled("b", Warn) && !filter.enabled("b", Info));
        assert!(!Filter::parse("off").or_level(Warn).enabled("b", Critical));
        assert_eq!(filter.least_level(), Some(Trace));
        let changed = Filter::parse("b=debug").or_rest_of(&filter);
        assert!(changed.enabled("b", Debug) && changed.enabled("a", Warn));
        assert!(!changed.enabled("a", Info));
        let silent = Filter::parse("off").or_rest_of(&filter);
        assert!(!silent.enabled("a", Critical));
        assert_eq!(Filter::parse("a=off").least_level(), None);
    }
}
