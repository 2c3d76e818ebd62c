//! The figures of one measurement, and the line that carries them from the child to the parent.

use std::fmt;

/// What a child's line of figures begins with; whatever else a logger prints is not a result.
const MARK: &str = "ttlog-benches-figures";

/// Named figures, in the order in which they were measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Figures(Vec<(String, f64)>);

impl Figures {
    /// No figures yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a figure.
    pub(crate) fn with(mut self, name: &str, value: f64) -> Self {
        debug_assert!(
            !name.contains([' ', '=']),
            "the line separates by space and by `=`"
        );
        self.0.push((name.to_owned(), value));
        self
    }

    /// The figure of this name, if it was measured.
    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|&(_, value)| value)
    }

    /// Finds the line of figures in all that a child printed.
    ///
    /// # Errors
    /// A message if there is no such line, or if it is not well formed.
    pub(crate) fn find(printed: &str) -> Result<Self, String> {
        let line = printed
            .lines()
            .find_map(|line| line.strip_prefix(MARK))
            .ok_or_else(|| "printed no line of figures".to_owned())?;
        let mut figures = Self::new();
        for pair in line.split_whitespace() {
            let parsed = pair
                .split_once('=')
                .and_then(|(name, value)| Some((name, value.parse().ok()?)));
            let (name, value) =
                parsed.ok_or_else(|| format!("printed `{pair}`, which is not a figure"))?;
            figures = figures.with(name, value);
        }
        Ok(figures)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(MARK)?;
        self.0
            .iter()
            .try_for_each(|(name, value)| write!(formatter, " {name}={value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Figures;

    #[test]
    fn a_line_of_figures_survives_the_way_to_the_parent() {
        let figures = Figures::new().with("min", 20.5).with("p99.9", 1e6);
        assert_eq!(
            Figures::find(&format!("a word before\n{figures}\n")),
            Ok(figures)
        );
    }

    #[test]
    fn a_child_without_figures_is_an_error() {
        assert!(Figures::find("nothing\n").is_err());
        assert!(Figures::find("ttlog-benches-figures p50\n").is_err());
    }
}
