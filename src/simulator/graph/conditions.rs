//! The plain conditions that small collections filter by: comparisons with literals, joined by `and`.

/// The conditions of a filter.
pub(super) fn conjuncts(text: &str) -> Vec<&str> {
    split_outside_literals(text, " and ").into_iter().map(str::trim).collect()
}

/// A literal in apostrophes; an apostrophe inside is doubled.
pub(super) fn literal(text: &str) -> Option<String> {
    let inside = text.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    let single = inside.replace("''", "").contains('\'');
    (!single).then(|| inside.replace("''", "'"))
}

/// Field and values of `field eq 'value'` or `field in ('value','value')`.
pub(super) fn comparison(condition: &str) -> Option<(&str, Vec<String>)> {
    if let [field, value] = split_outside_literals(condition, " eq ")[..] {
        return Some((field.trim(), vec![literal(value)?]));
    }
    let [field, list] = split_outside_literals(condition, " in ")[..] else { return None };
    let list = list.trim().strip_prefix('(')?.strip_suffix(')')?;
    let values = split_outside_literals(list, ",").into_iter().map(literal).collect::<Option<_>>()?;
    Some((field.trim(), values))
}

fn split_outside_literals<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut inside) = (Vec::new(), 0, false);
    for (place, letter) in text.char_indices() {
        if letter == '\'' {
            inside = !inside;
        } else if !inside && place >= start && text[place..].starts_with(separator) {
            parts.push(&text[start..place]);
            start = place + separator.len();
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_literal_separates_nothing() {
        assert_eq!(conjuncts("a eq 'x and y' and b eq 'z'"), ["a eq 'x and y'", "b eq 'z'"]);
        assert_eq!(comparison("name in ('a, b', 'it''s')"), Some(("name", vec!["a, b".into(), "it's".into()])));
        assert_eq!(comparison("name eq 'x eq y'"), Some(("name", vec!["x eq y".into()])));
        for other in ["name eq x", "name ne 'x'", "name in 'x'", "name eq 'x'y'"] {
            assert_eq!(comparison(other), None, "{other}");
        }
    }
}
