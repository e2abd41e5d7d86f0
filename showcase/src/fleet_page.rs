//! The page of a run through an organisation, believable and hostile, looked at in a browser as a person uses it: as it opens,
//! filtered, after a search and after a click on an account. It loads nothing, and no name in it is markup, turns a line around or
//! runs off the screen.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use nightshift::domains::fleet::{
    self, Attention, Ended, FleetReport, LeftOut, Phase, Regional, Remark, Row, Run, Unreported, codes,
};
use nightshift::report::{Begun, Counts, Mode, Reason};
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
    elements: &["script", "header", "main", "section", "input", "button", "th", "a"],
    attributes: &[
        "id",
        "type",
        "aria-label",
        "aria-live",
        "aria-current",
        "aria-pressed",
        "placeholder",
        "href",
        "title",
    ],
    blocks: &["button", "td", "th"],
};
/// More Regions than fit a screen.
const REGIONS: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];
const EVERY: [Ended; 5] = [Ended::Nothing, Ended::Done, Ended::Planned, Ended::Skipped, Ended::Failed];

/// Both of them.
pub fn pages() -> anyhow::Result<Vec<Page>> {
    let believable = ["shop-prod", "shop-staging", "payments", "sandbox-ana", "data-lake"].map(str::to_owned);
    [("fleet-run", believable.to_vec()), ("hostile-fleet-run", hostile::values())]
        .into_iter()
        .map(|(name, words)| Ok(Page { name, html: fleet::page(&report(&words)?)?, words }))
        .collect()
}

/// An account of each name, and each way to end.
fn report(words: &[String]) -> anyhow::Result<FleetReport> {
    let accounts = words.iter().enumerate().map(|(number, word)| row(number, word)).collect();
    let left_out = words.iter().enumerate().map(|(number, word)| LeftOut {
        account: format!("2{number:011}"),
        name: word.clone(),
        path: "Root/Suspended".to_owned(),
        reason: Reason::plain(&codes::NOT_ACTIVE, format!("AWS says {} of it, and not ACTIVE", printable(word))),
    });
    let run = Run {
        organization: Some("o-b0000000".to_owned()),
        ..Run::of(
            "cluster-cleanup",
            Mode::Apply,
            "2026-11-29",
            ("2026-11-29T02:00:00Z".parse()?, "2026-11-29T02:03:11Z".parse()?),
        )
    };
    Ok(FleetReport::of(run, &[], accounts, left_out.collect()))
}

fn row(number: usize, word: &str) -> Row {
    let account = format!("1{number:011}");
    let ended = EVERY[number % EVERY.len()];
    let failed = ended == Ended::Failed;
    let key = |phase: Phase| format!("fleet/cluster-cleanup/2026-11-29/{phase}/{account}.json");
    let regional = |(at, region): (usize, &&str)| {
        let ended = if failed && at == 3 { Ended::Failed } else { EVERY[at % 3] };
        let code = (ended == Ended::Failed).then(|| "access-denied".to_owned());
        let message = code.is_some().then(|| word.to_owned());
        ((*region).to_owned(), Regional { ended, code, message })
    };
    let region = Some(REGIONS[0].to_owned());
    let remark = Remark { thing: Some(word.to_owned()), region, code: None, message: word.to_owned() };
    Row {
        name: word.to_owned(),
        path: format!("Root/{word}"),
        policy: Some("careful".to_owned()),
        phase: Phase::Rest,
        ended,
        reason: failed.then(|| Reason::new(&codes::WORKER_FAILED, word, word)),
        regions: REGIONS.iter().enumerate().map(regional).collect(),
        counts: Counts { observed: 40, changed: 3, failed: usize::from(failed), ..Counts::default() },
        budget: [("deletions".to_owned(), 3)].into(),
        destructive: 3,
        wanted: 3,
        marked: 12,
        unreported: if failed { Unreported::of(vec![begun(word)], "2026-11-29") } else { None },
        attention: Attention { things: 2, warnings: 0, first: vec![remark] },
        plan_digest: Some(format!("sha256:{}", "0123456789abcdef".repeat(4))),
        report_keys: BTreeMap::from([Phase::Plan, Phase::Rest].map(|phase| (phase, key(phase)))),
        estimate: None,
        oldest_key_days: Some(88),
        account,
    }
}

/// What is wrong with `page` in this view, in words.
pub async fn look_at(browser: &mut Browser, page: &Page, view: View) -> anyhow::Result<Vec<String>> {
    browser.open(&page.html, view).await?;
    let opened = browser.measure(view, MORE).await?;
    let mut faults: Vec<_> = opened.faults.iter().map(|fault| format!("as it opens: {fault}")).collect();
    let shown = |word: &&String| opened.texts.iter().any(|text| text.contains(printable(word).trim()));
    faults.extend(page.words.iter().filter(|word| !shown(word)).map(|word| format!("does not show {word:?} as text")));

    let failed = page.words.len() / EVERY.len();
    let found = count(browser, "document.querySelector('#filters button.failed').click()").await?;
    if found != failed {
        faults.push(format!("the filter for failed accounts leaves {found} of {failed}"));
    }
    browser.act("document.querySelector('#filters button.failed').click()").await?;
    let last = page.words.last().context("a page without words")?;
    let search = format!(
        "{{ const search = document.getElementById('search'); search.value = {}; search.dispatchEvent(new Event('input')); }}",
        json!(last)
    );
    let found = count(browser, &search).await?;
    if !(1..page.words.len()).contains(&found) {
        faults.push(format!("a search for {last:?} finds {found} of {}", page.words.len()));
    }
    browser.act("[...document.querySelectorAll('#grid button')].at(-1).click()").await?;
    let seen = browser.measure(view, MORE).await?;
    faults.extend(seen.faults.iter().map(|fault| format!("after a click on an account: {fault}")));
    for expected in ["us-west-2", "./plan/", "./rest/"] {
        let is_there = format!("document.getElementById('account').innerHTML.includes({})", json!(expected));
        if browser.act(&is_there).await? != true {
            faults.push(format!("after a click on an account it has no {expected}"));
        }
    }
    Ok(faults)
}

/// How many accounts are listed after `script`.
async fn count(browser: &mut Browser, script: &str) -> anyhow::Result<usize> {
    browser.act(script).await?;
    let found = browser.act("document.querySelectorAll('#grid button').length").await?;
    Ok(usize::try_from(found.as_u64().context("no count of what was found")?)?)
}

/// A page that takes names for markup, and what must be found of it: were one of these missed, it would be missed of ours, too.
pub async fn canary(browser: &mut Browser) -> anyhow::Result<Vec<String>> {
    const NAME: &str = "<img src=https://evil.example/a onerror=alert(1)>\u{202e}";
    let names = ["a", "b", "c", "d", NAME].map(str::to_owned);
    let html = fleet::page(&report(&names)?)?;
    let raw = html.replace("element.textContent = plain(text)", "element.innerHTML = text");
    ensure!(raw != html, "the page sets no text");
    let page = Page { name: "canary", html: raw, words: names.to_vec() };
    let found = look_at(browser, &page, View { width: 375, dark: false }).await?;
    let missed = ["holds an element <img>", "asks for"].into_iter();
    let missed = missed.filter(|one| !found.iter().any(|fault| fault.contains(one)));
    Ok(missed.map(|one| format!("that it {one} goes unnoticed")).collect())
}

fn begun(word: &str) -> Begun {
    let (id, region, thing) = (word.to_owned(), REGIONS[0].to_owned(), word.to_owned());
    Begun { id, region, owner: Some(word.to_owned()), thing, kind: None, steps: vec![word.to_owned()] }
}
