//! A letter as each channel shows it.

mod parts;
mod slack;

use askama::Template;

use super::letter::{Command, Letter, Section, Tone};
pub use slack::slack;

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct Text<'a> {
    letter: &'a Letter,
}

/// A whole HTML document. It loads nothing from anywhere.
pub fn html(letter: &Letter) -> String {
    rendered(&Html { letter })
}

/// Plain text, lines as long as their sentences.
pub fn text(letter: &Letter) -> String {
    rendered(&Text { letter })
}

/// The subject as SNS takes one: fewer than 100 characters, no line break or control character (Amazon SNS API, Publish).
pub fn subject_for_topic(letter: &Letter) -> String {
    shortened(&letter.subject, 99)
}

/// At most `most` characters of `text`.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn rendered(template: &impl Template) -> String {
    template.render().expect("writing to a string succeeds")
}

impl Tone {
    /// The class of its colour.
    fn class(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Warning => "warning",
            Self::Alarm => "alarm",
        }
    }
}

impl Letter {
    /// The subject's `[account]`, if it begins with one, and what it says.
    fn headline(&self) -> (&str, &str) {
        let end = if self.subject.starts_with('[') { self.subject.find("] ") } else { None };
        end.map_or(("", &self.subject), |end| (&self.subject[..=end], &self.subject[end + 2..]))
    }
}

impl Command {
    /// The line's words. A page breaks it between them, where a dash would invite a browser to.
    fn words(&self) -> impl Iterator<Item = &str> {
        self.line.split(' ')
    }
}

impl Section {
    /// As long as its heading.
    fn line(&self) -> String {
        "-".repeat(self.heading.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Entry;
    use super::*;

    pub(super) fn hostile() -> Letter {
        let evil = "<script>alert(1)</script> <!channel> & \"q\" 'q' \u{202e}evil";
        Letter {
            subject: crate::text::printable(evil),
            tone: Tone::Alarm,
            lead: vec!["Two things.".to_owned()],
            sections: vec![Section {
                heading: "Going".to_owned(),
                tone: Tone::Warning,
                entries: vec![Entry::new(evil, "eu-west-1").fact("Expires", evil).note(evil).command("Keep", evil)],
            }],
            footer: vec!["The end.".to_owned()],
            lang: "en",
        }
    }

    #[test]
    fn plain_text_is_laid_out_for_reading() {
        let letter = Letter {
            subject: "1 cluster expires".to_owned(),
            tone: Tone::Warning,
            lead: vec!["First.".to_owned(), "Second.".to_owned()],
            sections: vec![Section {
                heading: "Expires".to_owned(),
                tone: Tone::Warning,
                entries: vec![
                    Entry::new("orders", "eu-west-1").fact("When", "soon").command("Keep it", "nightshift x"),
                    Entry::new("billing", "").note("A note."),
                ],
            }],
            footer: vec!["Why you.".to_owned(), "From where.".to_owned()],
            lang: "en",
        };
        insta::assert_snapshot!(text(&letter), @"
        1 cluster expires

        First.

        Second.


        Expires
        -------

        * orders (eu-west-1)
          When: soon
          Keep it:
            nightshift x

        * billing
          A note.

        --
        Why you.
        From where.
        ");
    }

    #[test]
    fn nothing_from_outside_is_markup() {
        let html = html(&hostile());
        assert!(!html.contains("<script>") && !html.contains("<!channel>") && !html.contains('\u{202e}'), "{html}");
        assert!(html.contains("&#60;script&#62;"), "{html}");
    }

    #[test]
    fn the_account_stands_apart_in_the_heading() {
        let headline = |subject: &str| {
            let letter = Letter { subject: subject.to_owned(), ..hostile() };
            let (account, rest) = letter.headline();
            format!("{account}|{rest}")
        };
        assert_eq!(headline("[111122223333] 1 cluster will be deleted"), "[111122223333]|1 cluster will be deleted");
        assert_eq!(headline("1 cluster [of 2] stays"), "|1 cluster [of 2] stays");
        assert_eq!(headline("[unended"), "|[unended");
    }

    #[test]
    fn a_subject_for_a_topic_has_fewer_than_a_hundred_characters() {
        let mut letter = hostile();
        letter.subject = "é".repeat(300);
        assert_eq!(subject_for_topic(&letter).chars().count(), 99);
    }
}
