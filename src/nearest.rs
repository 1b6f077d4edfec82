//! "Did you mean": the known word that is most like one that was typed.

/// The nearest of the known words, unless all of them are too far off to be meant: more than one slip, and one more for every
/// four letters. Case does not matter.
#[must_use]
pub(crate) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let slips = |word: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &typed);
    let (slips, word) = known.into_iter().map(|word| (slips(word), word)).min()?;
    (slips <= 1 + typed.chars().count() / 4).then_some(word)
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
