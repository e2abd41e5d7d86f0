//! The page of an organisation (`nightshift org dump --format html`), believable and hostile, looked at in a browser as a person
//! uses it: as it opens, after a search, after a click on an account and on a policy. It loads nothing, and no name in it is
//! markup, turns a line around or runs off the screen.

use anyhow::{Context as _, ensure};
use nightshift::domains::organization::{self, Snapshot};
use nightshift::services::organizations::{
    About, Account, Effective, Facts, Gap, How, Part, Policy, Root, Target, Unit,
};
use nightshift::text::printable;
use serde_json::json;

use crate::browser::{Browser, More, View};
use crate::mail::hostile;

/// One page.
#[derive(Debug, Clone)]
pub struct Page {
    /// Also the name of its files.
    pub name: &'static str,
    /// It.
    pub html: String,
    /// What has to stand there as text when it opens.
    words: Vec<String>,
}

/// What this page has and a mail has not.
const MORE: More = More {
    elements: &["script", "header", "main", "section", "input", "ul", "li", "details", "summary", "button"],
    attributes: &["id", "type", "aria-label", "aria-live", "aria-current", "placeholder", "open"],
    blocks: &["button", "td"],
};

/// Both of them.
pub fn pages() -> anyhow::Result<Vec<Page>> {
    let believable = ["Shop", "Payments", "Platform"].map(str::to_owned);
    [("organisation", believable.to_vec()), ("hostile-organisation", hostile::values())]
        .into_iter()
        .map(|(name, words)| {
            let html = organization::page(&Snapshot::of(facts(&words))?)?;
            Ok(Page { name, html, words })
        })
        .collect()
}

/// Units in one another as deep as AWS lets them be, an account in each, and a policy of each name.
fn facts(words: &[String]) -> Facts {
    const LEVELS: usize = 5;
    let unit = |number: usize| format!("ou-b001-{number:08}");
    let account = |number: usize| format!("1{number:011}");
    let above = |number: usize| match number % LEVELS {
        0 => "r-b001".to_owned(),
        _ => unit(number - 1),
    };
    let all = || words.iter().cloned().enumerate();
    let content = |word: &str| json!({ "Statement": [{ "Sid": word, "Effect": "Deny" }] }).to_string();
    let policy = |(number, name): (usize, String)| Policy {
        id: format!("p-{number:08}"),
        kind: "SERVICE_CONTROL_POLICY".to_owned(),
        content: Some(content(&name)),
        description: name.clone(),
        targets: vec![Target { id: account(number), kind: "ACCOUNT".to_owned(), name: name.clone() }],
        name,
        ..Policy::default()
    };
    let effective = |(number, word): (usize, String)| Effective {
        account: account(number),
        kind: "TAG_POLICY".to_owned(),
        content: word,
        updated_at: None,
        how: How::Shared,
        asked_of: account(0),
    };
    let enabled = |kind: &str| (kind.to_owned(), "ENABLED".to_owned());
    Facts {
        about: Some(About { id: "o-b0000000".to_owned(), management_account_id: account(0), ..About::default() }),
        roots: vec![Root {
            id: "r-b001".to_owned(),
            name: "Root".to_owned(),
            policy_types: [enabled("SERVICE_CONTROL_POLICY"), enabled("TAG_POLICY")].into(),
            ..Root::default()
        }],
        units: all()
            .map(|(number, name)| Unit { id: unit(number), name, parent: above(number), ..Unit::default() })
            .collect(),
        accounts: Some(
            all()
                .map(|(number, name)| Account {
                    id: account(number),
                    email: format!("{name}@example.com"),
                    state: if number == 1 { "SUSPENDED" } else { "ACTIVE" }.to_owned(),
                    parent: unit(number),
                    name,
                    ..Account::default()
                })
                .collect(),
        ),
        policies: Some(all().map(policy).collect()),
        tags: Some(all().map(|(number, word)| (account(number), [(word.clone(), word)].into())).collect()),
        effective: Some(all().map(effective).collect()),
        gaps: all().map(|(_, said)| Gap { part: Part::Handshakes, missing: true, said, fix: None }).collect(),
        ..Facts::default()
    }
}

/// What is wrong with `page` in this view, in words.
pub async fn look_at(browser: &mut Browser, page: &Page, view: View) -> anyhow::Result<Vec<String>> {
    browser.open(&page.html, view).await?;
    let opened = browser.measure(view, MORE).await?;
    let mut faults: Vec<_> = opened.faults.iter().map(|fault| format!("as it opens: {fault}")).collect();
    let shown = |word: &&String| opened.texts.iter().any(|text| text.contains(printable(word).trim()));
    faults.extend(page.words.iter().filter(|word| !shown(word)).map(|word| format!("does not show {word:?} as text")));

    let last = page.words.last().context("a page without words")?;
    let sought = format!(
        "{{ const search = document.getElementById('search'); search.value = {}; search.dispatchEvent(new Event('input'));
            [...document.querySelectorAll('#tree button')].length }}",
        json!(last)
    );
    let found = browser.act(&sought).await?.as_u64().context("no count of what was found")?;
    let all = u64::try_from(2 * page.words.len() + 1)?;
    if !(2..all).contains(&found) {
        faults.push(format!("a search for {last:?} finds {found} of {all}"));
    }
    for (clicked, open) in [("an account", "#tree li:last-of-type > button"), ("a policy", "#node button")] {
        browser.act(&format!("[...document.querySelectorAll({})].at(-1).click()", json!(open))).await?;
        let seen = browser.measure(view, MORE).await?;
        faults.extend(seen.faults.iter().map(|fault| format!("after a click on {clicked}: {fault}")));
        let is_shown = seen.texts.iter().filter(|text| text.contains(printable(last).trim())).count();
        if is_shown < 3 {
            faults.push(format!("after a click on {clicked} it says {last:?} {is_shown} times"));
        }
    }
    Ok(faults)
}

/// A page that takes names for markup, and what must be found of it: were one of these missed, it would be missed of ours, too.
pub async fn canary(browser: &mut Browser) -> anyhow::Result<Vec<String>> {
    const NAME: &str = "<img src=https://evil.example/a onerror=alert(1)>\u{202e}";
    let html = organization::page(&Snapshot::of(facts(&[NAME.to_owned()]))?)?;
    let raw = html.replace("element.textContent = ", "element.innerHTML = ");
    ensure!(raw != html, "the page sets no text");
    let page = Page { name: "canary", html: raw, words: vec![NAME.to_owned()] };
    let found = look_at(browser, &page, View { width: 375, dark: false }).await?;
    let missed = ["holds an element <img>", "asks for"].into_iter();
    let missed = missed.filter(|one| !found.iter().any(|fault| fault.contains(one)));
    Ok(missed.map(|one| format!("that it {one} goes unnoticed")).collect())
}
