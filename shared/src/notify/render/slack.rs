//! A letter as Slack's Block Kit, in as many messages as it takes. Limits and escapes are those of Slack's reference
//! ("Blocks", "Formatting text for app surfaces"): 50 blocks, 150 characters in a header, 3,000 in a section; `&`, `<` and
//! `>` escaped, after which no text can be a mention or a link. What is too long for one block or message goes on in the
//! next; nothing but the heading, which the text repeats, is ever cut.

use serde_json::{Value, json};

use super::shortened;
use crate::notify::letter::{Entry, Letter, Section, Tone};

const MOST_BLOCKS: usize = 50;
const MOST_IN_HEADER: usize = 150;
const MOST_IN_SECTION: usize = 3_000;
/// The characters of all blocks of one message. Slack documents none for sections and answers `msg_blocks_too_long`: 9,597
/// were taken and 11,341 were not (slackapi/bolt-js #2867).
const MOST_IN_MESSAGE: usize = 9_000;

/// The bodies of a webhook's requests, in order. `text` is what a notification shows.
pub fn slack(letter: &Letter) -> Vec<Value> {
    let fits = |part: &Letter| is_one_message(&blocks(part));
    letter.parts(fits).iter().flat_map(|part| messages(&escaped(&part.subject), blocks(part))).collect()
}

/// One message, but for what no dividing of the letter made short enough.
fn messages(subject: &str, blocks: Vec<Value>) -> Vec<Value> {
    let mut messages: Vec<Vec<Value>> = Vec::new();
    for block in blocks {
        match messages.last_mut() {
            Some(last) if last.len() < MOST_BLOCKS && size_of(last) + size(&block) <= MOST_IN_MESSAGE => {
                last.push(block);
            }
            _ => messages.push(vec![block]),
        }
    }
    messages.into_iter().map(|blocks| json!({ "text": subject, "blocks": blocks })).collect()
}

fn is_one_message(blocks: &[Value]) -> bool {
    blocks.len() <= MOST_BLOCKS && size_of(blocks) <= MOST_IN_MESSAGE
}

fn size_of(blocks: &[Value]) -> usize {
    blocks.iter().map(size).sum()
}

/// The characters of one block.
fn size(block: &Value) -> usize {
    let text = block["text"]["text"].as_str().or_else(|| block["elements"][0]["text"].as_str());
    text.map_or(0, length)
}

fn blocks(letter: &Letter) -> Vec<Value> {
    let subject = harmless(&letter.subject);
    let mut blocks = vec![
        json!({ "type": "header", "text": { "type": "plain_text", "text": shortened(&subject, MOST_IN_HEADER), "emoji": false } }),
    ];
    if subject.chars().count() > MOST_IN_HEADER {
        blocks.extend(sections(plain(&letter.subject)));
    }
    blocks.extend(letter.lead.iter().flat_map(|paragraph| sections(plain(paragraph))));
    for Section { heading, tone, entries } in &letter.sections {
        blocks.push(json!({ "type": "divider" }));
        blocks.extend(sections(within(&format!("{} *", sign(*tone)), heading, "*")));
        blocks.extend(entries.iter().flat_map(|shown| sections(lines(shown))));
    }
    let footer = plain(&letter.footer.join(" · "));
    blocks.extend(
        footer.into_iter().filter(|text| !text.is_empty()).map(
            |text| json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": text, "verbatim": true }] }),
        ),
    );
    blocks
}

/// The lines of an entry, each short enough for a section.
fn lines(entry: &Entry) -> Vec<String> {
    let Entry { title, place, facts, notes, commands } = entry;
    let mut lines = within("*", title, &format!("*  {}", escaped(place)));
    lines.extend(facts.iter().flat_map(|(label, value)| within(&format!("{}: ", escaped(label)), value, "")));
    lines.extend(notes.iter().flat_map(|note| plain(note)));
    for command in commands {
        lines.push(format!("{}:", escaped(&command.label)));
        // A backtick would end the code and let the rest be read as text.
        lines.extend(within("```", &command.line.replace('`', "'"), "```"));
    }
    lines
}

/// As few sections as hold `lines`. `verbatim`: Slack turns no bare URL, channel or user name into a link.
fn sections(lines: Vec<String>) -> Vec<Value> {
    let mut texts: Vec<String> = Vec::new();
    for line in lines {
        match texts.last_mut() {
            Some(text) if length(text) + 1 + length(&line) <= MOST_IN_SECTION => {
                text.push('\n');
                text.push_str(&line);
            }
            _ => texts.push(line),
        }
    }
    let section = |text| json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } });
    // Slack takes no section without a text.
    texts.into_iter().filter(|text| !text.is_empty()).map(section).collect()
}

fn plain(text: &str) -> Vec<String> {
    within("", text, "")
}

/// `text`, escaped, between `before` and `after`; as several such where it is too long for one section.
fn within(before: &str, text: &str, after: &str) -> Vec<String> {
    let most = MOST_IN_SECTION.saturating_sub(length(before) + length(after)).max(1);
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for character in text.chars() {
        let takes = escape(character).map_or(character.len_utf16(), str::len);
        if used + takes > most {
            pieces.push(String::new());
            used = 0;
        }
        used += takes;
        if let Some(piece) = pieces.last_mut() {
            push(piece, character);
        }
    }
    pieces.into_iter().map(|piece| format!("{before}{piece}{after}")).collect()
}

/// By the stricter of the ways to count characters.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
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
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        push(&mut out, character);
    }
    out
}

fn push(out: &mut String, character: char) {
    match escape(character) {
        Some(escape) => out.push_str(escape),
        None => out.push(character),
    }
}

fn escape(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text of every block, in order.
    fn shown(messages: &[Value]) -> Vec<String> {
        let blocks = messages.iter().flat_map(|message| message["blocks"].as_array().unwrap());
        blocks
            .filter_map(|block| block["text"]["text"].as_str().or_else(|| block["elements"][0]["text"].as_str()))
            .map(str::to_owned)
            .collect()
    }

    /// Slack takes each of `messages`.
    fn check(messages: &[Value]) {
        for message in messages {
            let blocks = message["blocks"].as_array().unwrap();
            assert!(is_one_message(blocks), "{} blocks, {} characters", blocks.len(), size_of(blocks));
            assert!(blocks.iter().all(|block| size(block) <= MOST_IN_SECTION && block["text"]["text"] != ""));
            assert!(blocks[0]["type"] != "header" || size(&blocks[0]) <= MOST_IN_HEADER);
        }
    }

    #[test]
    fn no_text_can_call_a_channel_or_make_a_link() {
        let message = slack(&super::super::tests::hostile())[0].to_string();
        assert!(!message.contains("<!channel>") && !message.contains("<script"), "{message}");
        assert!(message.contains("&lt;!channel&gt;"), "{message}");
    }

    #[test]
    fn a_letter_too_long_for_one_message_goes_on_in_the_next_and_nothing_is_left_out() {
        for (each, many) in [(1, 60), (1, 200), (70, 60), (500, 100)] {
            let mut letter = super::super::tests::hostile();
            letter.subject = format!("[111122223333] {many} clusters will be deleted");
            let entry = |n: usize| Entry::new(&format!("c{n}-"), "r").note(&"&x<".repeat(each)).command("do", "a `b`");
            let section = |heading: &str, from: usize| Section {
                heading: heading.to_owned(),
                tone: Tone::Calm,
                entries: (from..from + many).map(entry).collect(),
            };
            letter.sections = vec![section("Going", 0), section("Gone", 1_000)];
            let messages = slack(&letter);
            check(&messages);
            let all = shown(&messages).join("");
            for n in (0..many).chain(1_000..1_000 + many) {
                assert_eq!(all.matches(&format!("*c{n}-*")).count(), 1, "entry {n} of {many}, {each} long");
            }
            let notes = all.replace('\n', "").matches("&amp;x&lt;").count();
            assert_eq!(notes, 2 * many * each, "no note is cut, and none is broken within an escape");
            let numbers: Vec<_> = messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect();
            assert_eq!(numbers[0], format!("[111122223333] (1/{}) {many} clusters will be deleted", messages.len()));
            // Each can be read by itself: what it is about, what is in it, and from whom.
            for message in &messages {
                let texts = shown(std::slice::from_ref(message)).join("\n");
                assert!(texts.contains("clusters will be deleted") && texts.contains("Two things."), "{texts}");
                assert!(
                    (texts.contains("*Going*") || texts.contains("*Gone*")) && texts.contains("The end."),
                    "{texts}"
                );
            }
        }
    }

    #[test]
    fn what_no_dividing_makes_short_is_broken_and_not_cut() {
        let mut letter = super::super::tests::hostile();
        letter.subject = "s".repeat(400);
        letter.lead = vec!["<".repeat(20_000)];
        letter.footer = vec!["f".repeat(12_000)];
        let entry = Entry::new(&"t".repeat(7_000), "p").fact("l", &"v".repeat(7_000)).command("do", &"w".repeat(7_000));
        letter.sections[0].entries = vec![entry];
        let messages = slack(&letter);
        check(&messages);
        let all = shown(&messages).join("");
        for (letter, many) in [("&lt;", 20_000), ("f", 12_000), ("t", 7_000), ("v", 7_000), ("w", 7_000)] {
            assert!(all.matches(letter).count() >= many, "{letter}: {}", all.matches(letter).count());
        }
        assert!(all.contains(&"s".repeat(400)), "a heading that is cut stands in the text in full");
    }

    #[test]
    fn a_short_letter_is_one_message_without_a_number() {
        let messages = slack(&super::super::tests::hostile());
        assert_eq!(messages.len(), 1);
        check(&messages);
        assert!(!messages[0]["text"].as_str().unwrap().contains("(1/1)"));
    }
}
