//! What is asked of every mail, on a phone and on a desk, by day and by night, and where a mail program drops its style.

use anyhow::Context as _;
use nightshift::notify::{Letter, html};

use super::Sample;
use crate::browser::{Browser, Seen, View};

/// How each mail is looked at.
pub const VIEWS: [View; 4] = [
    View { width: 1280, dark: false },
    View { width: 1280, dark: true },
    View { width: 375, dark: false },
    View { width: 375, dark: true },
];

/// What is wrong with `sample` in this view, in words: `styled`, or as a mail program shows it that drops `<style>`.
pub async fn look_at(browser: &mut Browser, sample: &Sample, view: View, styled: bool) -> anyhow::Result<Vec<String>> {
    let page = html(&sample.letter);
    let page = if styled { page } else { without_style(&page)? };
    let seen = browser.look(&page, view).await?;
    Ok(judged(&sample.letter, seen))
}

fn judged(letter: &Letter, seen: Seen) -> Vec<String> {
    let Seen { lang, texts, mut faults } = seen;
    if lang != letter.lang {
        faults.push(format!("says it is in '{lang}', and is in '{}'", letter.lang));
    }
    // As text and as nothing else: each part of the letter stands whole in one place.
    let hidden = words(letter).into_iter().filter(|word| !texts.iter().any(|text| text.contains(word)));
    faults.extend(hidden.map(|word| format!("does not show {word:?} as text")));
    faults
}

/// Everything a letter says.
pub(super) fn words(letter: &Letter) -> Vec<&str> {
    let Letter { subject, tone: _, lead, sections, footer, lang: _ } = letter;
    let mut words = vec![subject.as_str()];
    words.extend(lead.iter().chain(footer).map(String::as_str));
    for section in sections {
        words.push(&section.heading);
        for entry in &section.entries {
            words.extend([entry.title.as_str(), &entry.place]);
            words.extend(entry.facts.iter().flat_map(|(label, value)| [label.as_str(), value]));
            words.extend(entry.notes.iter().map(String::as_str));
            words.extend(entry.commands.iter().flat_map(|command| [command.label.as_str(), &command.line]));
        }
    }
    words
}

fn without_style(page: &str) -> anyhow::Result<String> {
    let (before, rest) = page.split_once("<style>").context("the page has no <style>")?;
    let (_, after) = rest.split_once("</style>").context("the page's <style> has no end")?;
    Ok(format!("{before}{after}"))
}

/// A page that does everything wrong, and what must be found of it: were one of these missed, it would be missed in a
/// mail, too.
pub async fn canary(browser: &mut Browser) -> anyhow::Result<Vec<String>> {
    const PAGE: &str = r#"<!doctype html><meta name="viewport" content="width=device-width">
        <style>p { background: url(https://evil.example/a) } .small { font-size: 9px; color: #aaa }</style>
        <script>alert(1)</script><h2>No first heading</h2><p onclick="alert(2)" class="small">grey</p>
        <div style="overflow: hidden; width: 50px; white-space: nowrap">a text that is cut off</div>
        <p style="opacity: 0">unseen</p><pre>one<div>two</div></pre><p style="width: 900px; white-space: nowrap">wide wide wide wide wide wide wide
        wide wide wide wide wide wide wide wide wide wide wide wide</p><img src="https://evil.example/b" onerror="throw 1">"#;
    const FOUND: [&str; 16] = [
        "holds an element <script>",
        "holds an element <img>",
        "holds an attribute onclick on <p>",
        "holds an attribute onerror on <img>",
        "has a style that loads something",
        "does not have exactly one <h1>",
        "skips a level of heading",
        "pixels wide on a screen of",
        "runs off the screen",
        "cuts off",
        "does not show \"unseen\"",
        "is not copied as it stands",
        "has a contrast of",
        "has 9px text",
        "asks for \"https://evil.example/b\"",
        "opens a dialog",
    ];
    let seen = browser.look(PAGE, View { width: 375, dark: false }).await?;
    let missed = FOUND.iter().filter(|one| !seen.faults.iter().any(|fault| fault.contains(**one)));
    Ok(missed.map(|one| format!("that it {one} goes unnoticed")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_not_shown_and_a_wrong_language_are_found() {
        let sample = crate::mail::samples().unwrap().swap_remove(0);
        let texts: Vec<_> = words(&sample.letter).into_iter().map(str::to_owned).collect();
        let seen = |lang: &str, texts| Seen { lang: lang.to_owned(), texts, faults: vec!["is grey".to_owned()] };
        assert_eq!(judged(&sample.letter, seen("en", texts.clone())), ["is grey"]);
        assert_eq!(
            judged(&sample.letter, seen("", texts[1..].to_vec())),
            [
                "is grey".to_owned(),
                "says it is in '', and is in 'en'".to_owned(),
                format!("does not show {:?} as text", sample.letter.subject)
            ]
        );
    }
}
