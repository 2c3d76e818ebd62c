//! Numbers as the tables show them.

/// Three digits that mean something, and no more than they mean.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_show_what_was_measured() {
        assert_eq!(
            [0.0, 0.437, 23.44, 1682.4].map(number),
            ["0", "0.44", "23.4", "1682"]
        );
    }
}
