//! A letter as Slack's Block Kit. Limits and escapes are those of Slack's reference ("Blocks", "Formatting text for app
//! surfaces"): 50 blocks, 150 characters in a header, 3,000 in a section; `&`, `<` and `>` escaped, after which no text can
//! be a mention or a link.

use serde_json::{Value, json};

use super::shortened;
use crate::notify::letter::{Entry, Letter, Tone};

const MOST_BLOCKS: usize = 50;
const MOST_IN_HEADER: usize = 150;
const MOST_IN_SECTION: usize = 3_000;

/// The body of a webhook's request. `text` is what a notification shows.
pub fn slack(letter: &Letter) -> Value {
    let mut blocks = vec![
        json!({ "type": "header", "text": { "type": "plain_text", "text": shortened(&harmless(&letter.subject), MOST_IN_HEADER), "emoji": false } }),
    ];
    blocks.extend(letter.lead.iter().map(|paragraph| section(&escaped(paragraph))));
    let mut left_out = 0;
    for part in &letter.sections {
        if blocks.len() + 4 > MOST_BLOCKS {
            left_out += part.entries.len();
            continue;
        }
        blocks.push(json!({ "type": "divider" }));
        blocks.push(section(&format!("{} *{}*", sign(part.tone), escaped(&part.heading))));
        for shown in &part.entries {
            // Two are kept for what follows: the count of what is left out, and the small print.
            if blocks.len() + 2 < MOST_BLOCKS {
                blocks.push(section(&entry(shown)));
            } else {
                left_out += 1;
            }
        }
    }
    if left_out > 0 {
        blocks.push(section(&format!("… +{left_out}")));
    }
    if !letter.footer.is_empty() {
        let text = shortened(&escaped(&letter.footer.join(" · ")), MOST_IN_SECTION);
        blocks.push(json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": text, "verbatim": true }] }));
    }
    json!({ "text": escaped(&letter.subject), "blocks": blocks })
}

fn entry(entry: &Entry) -> String {
    let mut lines = vec![format!("*{}*  {}", escaped(&entry.title), escaped(&entry.place))];
    lines.extend(entry.facts.iter().map(|(label, value)| format!("{}: {}", escaped(label), escaped(value))));
    lines.extend(entry.notes.iter().map(|note| escaped(note)));
    for command in &entry.commands {
        // A backtick would end the code and let the rest be read as text.
        lines.push(format!("{}:\n```{}```", escaped(&command.label), escaped(&command.line).replace('`', "'")));
    }
    lines.join("\n")
}

/// `verbatim`: Slack turns no bare URL, channel or user name into a link.
fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": shortened(text, MOST_IN_SECTION), "verbatim": true } })
}

fn sign(tone: Tone) -> &'static str {
    match tone {
        Tone::Calm => ":white_circle:",
        Tone::Warning => ":large_orange_circle:",
        Tone::Alarm => ":red_circle:",
    }
}

/// For a header, whose text Slack is not said to unescape.
fn harmless(text: &str) -> String {
    text.replace('<', "‹").replace('>', "›")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::Section;

    #[test]
    fn no_text_can_call_a_channel_or_make_a_link() {
        let message = slack(&super::super::tests::hostile()).to_string();
        assert!(!message.contains("<!channel>") && !message.contains("<script"), "{message}");
        assert!(message.contains("&lt;!channel&gt;"), "{message}");
    }

    #[test]
    fn a_long_letter_keeps_to_slacks_limits_and_says_what_it_left_out() {
        let mut letter = super::super::tests::hostile();
        letter.subject = "s".repeat(400);
        let entries: Vec<_> = (0..200).map(|n| Entry::new(&format!("c{n}"), "r").note(&"&".repeat(2_000))).collect();
        letter.sections = vec![Section { heading: "Going".to_owned(), tone: Tone::Calm, entries }; 3];
        let message = slack(&letter);
        let blocks = message["blocks"].as_array().unwrap();
        assert!(blocks.len() <= MOST_BLOCKS, "{}", blocks.len());
        for block in blocks {
            let text = block["text"]["text"].as_str().unwrap_or_default();
            assert!(text.chars().count() <= MOST_IN_SECTION);
        }
        let shown = blocks.iter().filter(|block| block.to_string().contains("*c")).count();
        assert!(message.to_string().contains(&format!("+{}", 600 - shown)), "{message}");
        assert!(blocks[0]["text"]["text"].as_str().unwrap().chars().count() <= MOST_IN_HEADER);
    }
}
