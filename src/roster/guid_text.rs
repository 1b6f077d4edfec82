//! GUIDs as people write them.

/// A GUID is written between braces and between parentheses, too (`Guid.ToString("B")`, `"P"`).
pub(super) fn without_brackets(text: &str) -> &str {
    let between = |open, close| text.strip_prefix(open).and_then(|text: &str| text.strip_suffix(close));
    between('{', '}').or_else(|| between('(', ')')).map_or(text, str::trim)
}
