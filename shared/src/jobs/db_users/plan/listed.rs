//! Lists of privileges as SQL is usually written.

/// `words` in the order SQL is usually written in: what one may do to rows, then the rest.
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a String>) -> String {
    const USUAL: [&str; 13] = [
        "CONNECT",
        "USAGE",
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "TRUNCATE",
        "REFERENCES",
        "TRIGGER",
        "MAINTAIN",
        "TEMPORARY",
        "CREATE",
        "EXECUTE",
    ];
    let place = |word: &str| USUAL.iter().position(|usual| *usual == word).unwrap_or(USUAL.len());
    let mut words: Vec<&String> = words.into_iter().collect();
    words.sort_by_key(|word| (place(word), word.as_str()));
    words.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
