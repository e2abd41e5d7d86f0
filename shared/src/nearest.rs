//! The word a person probably meant: used wherever something unknown is refused.

/// The candidate most like `word`, if any is like it at all.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Below this, a suggestion confuses more than it helps.
    const LIKE_ENOUGH: f64 = 0.7;
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= LIKE_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The candidate that whoever typed the digits of `number` meant: so many slips away that nobody has two such numbers by chance.
pub fn slipped<'a>(number: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// One digit wrong, or two; two that changed places; one left out and another typed.
    const SLIPS: usize = 2;
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(number, candidate), candidate))
        .filter(|(slips, _)| (1..=SLIPS).contains(slips))
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelling_finds_its_word_and_nonsense_finds_none() {
        let words = ["NIGHTSHIFT_PROTECTED", "NIGHTSHIFT_REGIONS"];
        assert_eq!(nearest("NIGHTSHIFT_PROTECED", words), Some("NIGHTSHIFT_PROTECTED"));
        assert_eq!(nearest("Regins", ["regions", "owners"]), Some("regions"));
        assert_eq!(nearest("zzz", ["regions", "owners"]), None);
    }

    #[test]
    fn a_number_is_a_slip_away_from_its_like_alone() {
        let known = ["111122223333", "444455556666"];
        for typed in ["111122223334", "111122232333", "111222233334", "111122223399"] {
            assert_eq!(slipped(typed, known), Some("111122223333"), "{typed}");
        }
        for typed in ["111122223333", "111122224444", "777788889999"] {
            assert_eq!(slipped(typed, known), None, "{typed}");
        }
    }
}
