//! What is written in the brackets of `#[instrument(…)]`.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, LitStr, Path, Result, Token, parenthesized, token};

use crate::expression::string_literal;
use crate::parse::{Capture, Item, SpanLevel, comma_or_end, items};
use crate::rejection;

/// What is written in the brackets.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) facade: Option<Path>,
    pub(super) name: Option<Expr>,
    pub(super) level: Option<SpanLevel>,
    pub(super) target: Option<Expr>,
    pub(super) parent: Option<Expr>,
    pub(super) fields: Vec<Item>,
    pub(super) chosen: Chosen,
    pub(super) err: Option<Report>,
    pub(super) ret: Option<Report>,
}

/// Which parameters are fields.
#[derive(Default)]
pub(super) enum Chosen {
    #[default]
    All,
    /// `skip(a, b)`
    Without(Vec<Ident>),
    /// `only(a, b)`; `skip_all` is none of them.
    Only(Vec<Ident>),
}

/// `err` or `ret`, with what stands in its brackets.
pub(super) struct Report {
    pub(super) word: Ident,
    pub(super) capture: Option<Capture>,
    pub(super) level: Option<SpanLevel>,
}

impl Parse for Settings {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut settings = Self::default();
        let mut seen: Vec<String> = Vec::new();
        while !input.is_empty() {
            if !input.peek(Ident::peek_any) {
                return Err(rejection::no_setting(input.span()));
            }
            let word = input.call(Ident::parse_any)?;
            if seen.contains(&word.to_string()) {
                return Err(rejection::setting_twice(&word));
            }
            settings.take(&word, input)?;
            seen.push(word.to_string());
            comma_or_end(input)?;
        }
        Ok(settings)
    }
}

impl Settings {
    /// What comes behind a word.
    fn take(&mut self, word: &Ident, input: ParseStream<'_>) -> Result<()> {
        match word.to_string().as_str() {
            "crate" => self.facade = Some(value(word, input)?),
            "name" => self.name = Some(value(word, input)?),
            "level" => self.level = Some(level(value(word, input)?)?),
            "target" => self.target = Some(value(word, input)?),
            "parent" => self.parent = Some(value(word, input)?),
            "fields" => {
                let content = brackets(word, input)?;
                self.fields = items(&content)?;
            }
            "skip" => self.choose(word, Chosen::Without, input)?,
            "only" => self.choose(word, Chosen::Only, input)?,
            "skip_all" => {
                self.choice_is_free(word)?;
                self.chosen = Chosen::Only(Vec::new());
            }
            "err" => self.err = Some(Report::parse(word.clone(), input)?),
            "ret" => self.ret = Some(Report::parse(word.clone(), input)?),
            _ => return Err(rejection::unknown_setting(word)),
        }
        Ok(())
    }

    fn choose(
        &mut self,
        word: &Ident,
        chosen: impl FnOnce(Vec<Ident>) -> Chosen,
        input: ParseStream<'_>,
    ) -> Result<()> {
        self.choice_is_free(word)?;
        let content = brackets(word, input)?;
        let names = content.parse_terminated(Ident::parse_any, Token![,])?;
        self.chosen = chosen(names.into_iter().collect());
        Ok(())
    }

    fn choice_is_free(&self, word: &Ident) -> Result<()> {
        match self.chosen {
            Chosen::All => Ok(()),
            _ => Err(rejection::chosen_twice(word)),
        }
    }
}

/// `= value`, from behind the word.
fn value<T: Parse>(word: &Ident, input: ParseStream<'_>) -> Result<T> {
    if input.parse::<Option<Token![=]>>()?.is_none() || input.is_empty() {
        return Err(rejection::setting_without_value(word));
    }
    input.parse()
}

/// `(…)`, from behind the word.
fn brackets<'a>(word: &Ident, input: ParseStream<'a>) -> Result<syn::parse::ParseBuffer<'a>> {
    if !input.peek(token::Paren) {
        return Err(rejection::setting_without_brackets(word));
    }
    let content;
    parenthesized!(content in input);
    Ok(content)
}

/// A level: an expression, or its name as a text.
fn level(value: Expr) -> Result<SpanLevel> {
    match string_literal(&value) {
        Some(name) => Ok(SpanLevel::Known(level_of_name(name)?)),
        None => Ok(SpanLevel::Given(value)),
    }
}

fn level_of_name(name: &LitStr) -> Result<Ident> {
    let level = match name.value().to_ascii_lowercase().as_str() {
        "trace" => "Trace",
        "debug" => "Debug",
        "info" => "Info",
        "warn" => "Warn",
        "error" => "Error",
        "critical" => "Critical",
        _ => return Err(rejection::unknown_level(name)),
    };
    Ok(Ident::new(level, proc_macro2::Span::mixed_site()))
}

impl Report {
    /// `(Debug, level = "warn")` or nothing, from behind the word.
    fn parse(word: Ident, input: ParseStream<'_>) -> Result<Self> {
        let mut report = Self {
            word,
            capture: None,
            level: None,
        };
        if !input.peek(token::Paren) {
            return Ok(report);
        }
        let content;
        parenthesized!(content in input);
        while !content.is_empty() {
            let word = content.call(Ident::parse_any)?;
            match word.to_string().as_str() {
                "Debug" => report.capture = Some(Capture::Debug),
                "Display" => report.capture = Some(Capture::Display),
                "level" => report.level = Some(level(value(&word, &content)?)?),
                _ => return Err(rejection::unknown_report(&word)),
            }
            comma_or_end(&content)?;
        }
        Ok(report)
    }
}
