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
}
