//! "Did you mean": the known word that is most like one that was typed.

/// The nearest of the known words, unless all of them are too far off to be meant: more than one slip, and one more for every
/// four letters. Case does not matter.
pub(crate) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_by(typed, known, str::to_lowercase, |letters| 1 + letters / 4)
}

/// The same, where words are compared as `fold` writes them, and so many slips are `forgiven` in a word of so many letters.
pub(crate) fn nearest_by<'a>(
    typed: &str,
    known: impl IntoIterator<Item = &'a str>,
    fold: impl Fn(&str) -> String,
    forgiven: impl Fn(usize) -> usize,
) -> Option<&'a str> {
    let typed = fold(typed);
    let slips = |word: &str| strsim::damerau_levenshtein(&fold(word), &typed);
    let (slips, word) = known.into_iter().map(|word| (slips(word), word)).min()?;
    (slips <= forgiven(typed.chars().count())).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_forgiven_and_another_word_is_not_offered() {
        assert_eq!(nearest("mondya", ["tuesday", "monday"]), Some("monday"));
        assert_eq!(nearest("MONDAY", ["monday"]), Some("monday"));
        assert_eq!(nearest("friday", ["tuesday", "monday"]), None);
        assert_eq!(nearest("x", []), None);
    }
}
