//! [`Terminal`]: what stdout can show: its width, colours, and characters beyond ASCII.

use std::io::{self, IsTerminal};

use ttlog_core::LogLevel;

use crate::output::environment_allows_colors;

/// The width where stdout is no terminal.
const USUAL_COLUMNS: usize = 80;

/// What stdout can show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    columns: usize,
    has_colors: bool,
    has_unicode: bool,
}

/// How a text stands out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tint {
    Bold,
    Dim,
    Level(LogLevel),
}

impl Terminal {
    /// What stdout can show.
    pub(crate) fn of_stdout() -> Terminal {
        Terminal {
            columns: terminal_size::terminal_size()
                .map_or(USUAL_COLUMNS, |(columns, _)| columns.0.into()),
            has_colors: io::stdout().is_terminal() && environment_allows_colors(),
            has_unicode: has_unicode(),
        }
    }

    /// How many characters fit beside each other.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// The text in a colour, where there are colours.
    pub(crate) fn tint(&self, tint: Tint, text: &str) -> String {
        if !self.has_colors || text.is_empty() {
            return text.to_owned();
        }
        let style = match tint {
            Tint::Bold => "1",
            Tint::Dim => "2",
            Tint::Level(LogLevel::Trace) => "35",
            Tint::Level(LogLevel::Debug) => "34",
            Tint::Level(LogLevel::Info) => "32",
            Tint::Level(LogLevel::Warn) => "33",
            Tint::Level(LogLevel::Error) => "31",
            Tint::Level(LogLevel::Critical) => "1;31",
        };
        format!("\x1b[{style}m{text}\x1b[0m")
    }

    /// A bar for each number, the greatest one highest; nothing for 0.
    pub(crate) fn chart(&self, heights: &[u64]) -> String {
        const UNICODE: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        const ASCII: [char; 9] = [' ', '.', ':', '-', '=', '+', '*', '#', '@'];
        let bars = if self.has_unicode { UNICODE } else { ASCII };
        let highest = heights.iter().copied().max().unwrap_or(0).max(1);
        let bar = |height: u64| {
            let eighths = (u128::from(height) * 8).div_ceil(u128::from(highest));
            bars[eighths as usize]
        };
        heights.iter().map(|height| bar(*height)).collect()
    }

    /// The sign between a count and what is counted.
    pub(crate) fn times(&self) -> char {
        if self.has_unicode { '×' } else { 'x' }
    }
}

/// Whether the locale's characters are Unicode's.
fn has_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match locale {
        Some(locale) => {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        // There the locale isn't told by variables.
        None => cfg!(any(windows, target_os = "macos")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_at_all_can_be_seen() {
        let mut terminal = Terminal {
            columns: 80,
            has_colors: false,
            has_unicode: true,
        };
        assert_eq!(terminal.chart(&[0, 1, 500, 1000]), " ▁▄█");
        assert_eq!(terminal.chart(&[0, 0]), "  ");
        terminal.has_unicode = false;
        assert_eq!(terminal.chart(&[0, 1, 500, u64::MAX]), " ..@");
    }
}
