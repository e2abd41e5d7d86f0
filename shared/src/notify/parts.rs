//! A letter in as many messages as a channel takes: nothing of it is cut.

use super::letter::Letter;
use super::render::{html, subject_for_topic, text};

/// Gmail clips a message whose HTML is longer than 102 KB; SES takes far more.
const MOST_BYTES_OF_MAIL: usize = 100_000;
/// A message may have 262,144 bytes, attributes included (Amazon SNS API, Publish).
const MOST_BYTES: usize = 250_000;

/// The mails that `letter` is.
pub(super) fn mails(letter: &Letter) -> Vec<Letter> {
    letter.parts(|part| html(part).len() <= MOST_BYTES_OF_MAIL)
}

/// `letter` as plain text in as many messages as it takes, each with its subject.
pub(super) fn messages(letter: &Letter) -> Vec<(String, String)> {
    let parts = letter.parts(|part| text(part).len() <= MOST_BYTES);
    let with_subject = |part: &Letter| {
        let subject = subject_for_topic(part);
        pieces(&text(part)).into_iter().map(move |piece| (subject.clone(), piece)).collect::<Vec<_>>()
    };
    parts.iter().flat_map(with_subject).collect()
}

/// What no dividing of the letter made short enough, between characters.
fn pieces(mut text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    while text.len() > MOST_BYTES {
        let (piece, rest) = text.split_at(text.floor_char_boundary(MOST_BYTES));
        pieces.push(piece.to_owned());
        text = rest;
    }
    pieces.push(text.to_owned());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::{Entry, Section, Tone};

    fn letter(many: usize, note: &str) -> Letter {
        let entries = (0..many).map(|n| Entry::new(&format!("c{n}-"), "r").note(note)).collect();
        Letter {
            subject: format!("[111122223333] {many} clusters {}", "é".repeat(200)),
            tone: Tone::Calm,
            lead: Vec::new(),
            sections: vec![Section { heading: "Going".to_owned(), tone: Tone::Calm, entries }],
            footer: Vec::new(),
            lang: "en",
        }
    }

    #[test]
    fn a_text_too_long_for_one_message_goes_on_in_the_next_and_nothing_is_left_out() {
        for (many, each) in [(2, 10), (700, 500), (3, 400_000)] {
            let messages = messages(&letter(many, &"é".repeat(each)));
            assert!(messages.iter().all(|(subject, text)| text.len() <= MOST_BYTES && subject.chars().count() < 100));
            let all: String = messages.iter().map(|(_, text)| text.as_str()).collect();
            assert!((0..many).all(|n| all.contains(&format!("* c{n}- (r)"))), "{many} of {each}");
            assert!(all.matches('é').count() >= many * each, "{many} of {each}");
        }
        assert_eq!(messages(&letter(1, "n")).len(), 1);
        let numbered = messages(&letter(700, &"é".repeat(500)));
        assert!(
            numbered[1].0.starts_with(&format!("[111122223333] (2/{}) 700 clusters", numbered.len())),
            "{}",
            numbered[1].0
        );
    }
}
