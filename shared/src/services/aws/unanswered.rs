//! What an error says of a call that got no answer: why it was never made, and the words of whoever knows.

use std::error::Error;

/// Why a call was never made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// There was nothing to sign it with.
    Credentials,
    /// There was no connection.
    Unreachable,
}

/// Nobody there. It has no cause of its own: what the innermost said is in it, behind the host it was said of.
#[derive(Debug, thiserror::Error)]
#[error("no connection to {host} in {}: {said}", if *tries == 1 { "1 try".to_owned() } else { format!("{tries} tries") })]
pub(super) struct Unreachable {
    pub(super) host: String,
    pub(super) tries: u32,
    pub(super) said: String,
}

/// Why a call was never made, by what is in the chain of an error.
pub(super) fn block_of(error: &(dyn Error + 'static)) -> Option<Block> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<Unreachable>().is_some() {
            return Some(Block::Unreachable);
        }
        if is_of_credentials(&error.to_string()) {
            return Some(Block::Credentials);
        }
        cause = error.source();
    }
    None
}

/// The SDK has no type for it that reaches here.
fn is_of_credentials(said: &str) -> bool {
    let said = said.to_lowercase();
    said.contains("credential") || said.contains("identity")
}

/// What is said of a call that got no answer: of credentials all of it, since the innermost is a file that is not there; else
/// the innermost.
pub(super) fn unanswered(error: &(dyn Error + 'static)) -> String {
    if block_of(error) != Some(Block::Credentials) {
        return deepest(error);
    }
    let mut cause = Some(error);
    while let Some(error) = cause {
        if is_of_credentials(&error.to_string()) {
            return crate::text::chain(error);
        }
        cause = error.source();
    }
    deepest(error)
}

/// The innermost cause: the outer ones only say "dispatch failure".
pub(super) fn deepest(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Said(&'static str, #[source] Option<Box<Said>>);

    fn chain(words: &[&'static str]) -> Said {
        let mut words = words.iter().rev();
        let last = Said(words.next().unwrap(), None);
        words.fold(last, |cause, word| Said(word, Some(Box::new(cause))))
    }

    #[test]
    fn of_credentials_all_is_said_and_of_anything_else_the_innermost() {
        let error = chain(&[
            "dispatch failure",
            "other",
            "an error occurred while loading credentials",
            "failed to read x",
            "no such file",
        ]);
        assert_eq!(block_of(&error), Some(Block::Credentials));
        assert_eq!(unanswered(&error), "an error occurred while loading credentials: failed to read x: no such file");
        let error = chain(&["dispatch failure", "io error", "connection reset"]);
        assert_eq!((block_of(&error), unanswered(&error).as_str()), (None, "connection reset"));
        let error = Unreachable { host: "https://a".to_owned(), tries: 1, said: "refused".to_owned() };
        assert_eq!(block_of(&error), Some(Block::Unreachable));
        assert_eq!(unanswered(&error), "no connection to https://a in 1 try: refused");
    }
}
