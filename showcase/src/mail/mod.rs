//! Every mail there is, as its readers get it: made by the code that makes the real ones, from believable nights and from
//! hostile ones, and judged in a browser.

mod clones;
mod fleet;
pub(crate) mod hostile;
mod judge;
mod keys;
mod owner;
mod summary;

use jiff::tz::TimeZone;
use nightshift::domains::keys::tags::KeyNotice;
use nightshift::jobs::cluster_cleanup::notice::Setting;
use nightshift::notify::{Clock, Language, Letter, MailPolicy, NotifyPolicy, OwnerPolicy};

pub use judge::{VIEWS, canary, look_at};

const ACCOUNT: &str = "111122223333";
const PAGE_OF_RUN: &str =
    "s3://nightshift-prod-cluster-cleanup-fleet-111122223333/fleet/cluster-cleanup/2026-11-21/report.html";

/// One mail.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Also the name of its files.
    pub name: String,
    /// The mail.
    pub letter: Letter,
}

/// All of them, in both languages.
pub fn samples() -> anyhow::Result<Vec<Sample>> {
    let zone = TimeZone::get("Europe/Madrid")?;
    let mut samples = Vec::new();
    for (code, language) in Language::CHOICES {
        let clock = Clock { zone: &zone, language };
        let policy = policy(&zone, language)?;
        let owner =
            |digest| nightshift::jobs::cluster_cleanup::notice::letter(&digest, setting("auto-delete-after", clock));
        let operators = |night: summary::Night| nightshift::notify::summary(&night.report, &night.concerns, &policy);
        let of_fleet = |report| nightshift::fleet::letter(&report, PAGE_OF_RUN, &policy);
        let letters = [
            ("owner", owner(owner::everything()?)),
            ("owner-one-cluster", owner(owner::one_cluster()?)),
            ("owner-stand-in", owner(owner::nobody_elses()?)),
            ("owner-team", owner(owner::two_owners()?)),
            ("summary-bad-night", operators(summary::bad_night())),
            ("summary-good-night", operators(summary::good_night())),
            ("summary-fleet-bad-night", of_fleet(fleet::bad_night())),
            ("summary-fleet-good-night", of_fleet(fleet::good_night())),
            ("summary-fleet-stopped", of_fleet(fleet::stopped_night())),
            ("hostile-fleet", of_fleet(fleet::hostile_night())),
            ("summary-quiet-night", operators(summary::quiet_night())),
            ("summary-stopped", operators(summary::stopped_night())),
            (
                "hostile-owner",
                nightshift::jobs::cluster_cleanup::notice::letter(
                    &hostile::everything()?,
                    setting(hostile::KEY, clock),
                ),
            ),
            ("hostile-summary", operators(hostile::night())),
            ("keys-rotated", keys::to("ana", KeyNotice::Rotated, clock)),
            ("keys-deactivated", keys::to("ana", KeyNotice::Deactivated, clock)),
            ("keys-leaked", keys::to("ana", KeyNotice::Leaked, clock)),
            ("hostile-keys", keys::hostile(&hostile::values().join(" "), clock)),
            ("hostile-clone", clones::hostile(&hostile::values().join(" "), clock)),
        ];
        let letters = letters.into_iter().chain(clones::all(clock));
        samples.extend(letters.map(|(name, letter)| Sample { name: format!("{name}-{code}"), letter }));
    }
    Ok(samples)
}

fn setting<'a>(tag_key: &'a str, clock: Clock<'a>) -> Setting<'a> {
    Setting {
        account: ACCOUNT,
        tag_key,
        owner_tag: "owner",
        lease_days: 90,
        function: Some("nightshift-prod-cluster-cleanup"),
        home: Some("eu-west-1"),
        contact: clock.language.pick(
            "Questions, or no command nightshift yet? Ask platform@example.com.",
            "¿Tiene preguntas, o aún no tiene el comando nightshift? Pregunte a platform@example.com.",
        ),
        now: at("2026-11-21T02:00:00Z"),
        clock,
    }
}

fn policy(zone: &TimeZone, language: Language) -> anyhow::Result<NotifyPolicy> {
    let address = |text: &str| text.parse().map_err(anyhow::Error::msg);
    Ok(NotifyPolicy {
        mail: Some(MailPolicy {
            from: address("nightshift@example.com")?,
            operators: vec![address("ops@example.com")?],
        }),
        topic: None,
        slack_secret: None,
        language,
        time_zone: zone.clone(),
        contact: None,
        of_run: None,
        owners: OwnerPolicy { owner_tag: "owner".to_owned(), mail_tag: None, domain: Some("example.com".to_owned()) },
    })
}

fn at(text: &str) -> jiff::Timestamp {
    text.parse().expect("a moment written here is well-formed")
}

#[cfg(test)]
mod tests {
    use nightshift::text::printable;

    use super::*;

    #[test]
    fn every_hostile_value_stands_in_the_hostile_letters() {
        let hostile: Vec<_> = samples().unwrap().into_iter().filter(|one| one.name.starts_with("hostile")).collect();
        assert_eq!(hostile.len(), 10);
        for sample in &hostile {
            let words = judge::words(&sample.letter);
            for value in hostile::values() {
                assert!(words.iter().any(|word| word.contains(&printable(&value))), "{value:?} in {}", sample.name);
            }
        }
    }
}
