//! The same letters where every word from outside means harm: markup, another channel's markup, marks that turn a line
//! around, and names without end.

use nightshift::jobs::cluster_cleanup::notice::{Data, Digest};
use nightshift::jobs::cluster_cleanup::plan::Why;
use nightshift::report::{Concerns, Delivery, Notice, Outcome, Reason, Tripped, codes};

use super::owner::{digest, expiring, gone, hand};
use super::summary::{Night, item, report};

/// A tag key may hold blanks and `=`.
pub(super) const KEY: &str = "expires on=<b>\"'&";

/// Words that mean harm wherever they are put.
pub(crate) fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>",
        "' onmouseover='alert(1)' style='position:fixed;inset:0'",
        "</style><style>*{background:url(https://evil.example/a)}</style>",
        "</pre></div></body><body onload=alert(1)>",
        "<iframe srcdoc=\"<script>parent.alert(1)</script>\"></iframe>",
        "<meta http-equiv=refresh content=\"0;url=https://evil.example/b\">",
        "<base href=https://evil.example/><link rel=stylesheet href=c.css>",
        "<form action=https://evil.example/d><input autofocus onfocus=alert(1)></form>",
        "<a href=\"javascript:alert(1)\">javascript:alert(1)</a>",
        "<!-- <![CDATA[ <?php %> ]]>",
        "&lt;b&gt; &amp; &#60;script&#62; &nbsp;&#x202e;",
        "{{ 7 * 7 }} {% raw %} {# no #} ${7 * 7}",
        "<!channel> <@U024BE7LH> <https://evil.example|your invoice> *b* `c`",
        "$(reboot) `reboot` '; reboot #",
        "orders\r\nBcc: victim@example.com\r\n\r\n.\r\n",
        "invoice\u{202e}gnp.exe \u{2066}\u{2067}\u{200b}\u{feff}\u{1b}[31m\0",
        "\u{05e9}\u{05dc}\u{05d5}\u{05dd} \u{0645}\u{0631}\u{062d}\u{0628}\u{0627} (1) orders-dev",
        "e\u{301}\u{327}\u{323}\u{1f469}\u{200d}\u{1f4bb}\u{3042}",
    ]
    .map(str::to_owned)
    .to_vec();
    values.extend(["W", "-", "i", "\u{65e5}"].map(|letter| letter.repeat(256)));
    values
}

/// Each value as every part of every matter.
pub(super) fn everything() -> anyhow::Result<Digest> {
    let matters = values().into_iter().flat_map(|value| {
        let text = value.as_str();
        [
            expiring(text, Data::InSource(value.clone())),
            gone(text, Some(text), None),
            gone(text, None, Some(text)),
            hand(text, Why::MalformedExpiry { value: value.clone() }),
        ]
    });
    digest(Some(&values().join(" ")), matters.collect())
}

/// Each value as a name, an owner, a step and a reason.
pub(super) fn night() -> Night {
    let reason = |value: &str| Some(Reason::new(&codes::REFUSED, value, value));
    let mut items = Vec::new();
    for value in values() {
        for outcome in [Outcome::Failed, Outcome::Skipped, Outcome::Changed] {
            let mut one = item(&value, outcome, &[&value], reason(&value));
            one.owner = Some(value.clone());
            one.region.clone_from(&value);
            items.push(one);
        }
    }
    let skipped = (0..items.len()).filter(|&place| items[place].outcome == Outcome::Skipped).collect();
    let tripped = Tripped { guard: "max_deletions".into(), limit: 1.into(), wanted: 2.into(), fix: values().join(" ") };
    let mut report = report(items, Some(tripped));
    for value in values() {
        report.warnings.push(Reason::new(&codes::REFUSED, &value, &value));
        report.notices.push(Notice {
            kind: "owner".into(),
            channel: "mail".into(),
            to: value.clone(),
            about: vec![value.clone()],
            outcome: Delivery::Failed,
            reason: reason(&value),
        });
    }
    Night { report, concerns: Concerns { needs_hand: skipped, ..Concerns::default() } }
}
