//! One small organisation, and what selections make of it.

use proptest::prelude::*;

use super::*;
use crate::config::{Environment, Settings};

/// Of an organisation with two levels of units: `Root/Infra`, `Root/Work/Dev`, `Root/Work/Prod`.
fn account(number: u32, place: &[&str], tags: Option<&[(&str, &str)]>) -> Account {
    let ids = |name: &&str| if *name == "Root" { "r-1".to_owned() } else { format!("ou-1-{}", name.to_lowercase()) };
    let tags = tags.map(|tags| tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect());
    Account {
        id: format!("{number:012}"),
        name: format!("account-{number}"),
        state: "ACTIVE".to_owned(),
        is_management: false,
        parents: place.iter().map(ids).collect(),
        path: place.join("/"),
        tags,
    }
}

fn organisation() -> Organisation {
    let paths = ["Root", "Root/Infra", "Root/Work", "Root/Work/Dev", "Root/Work/Prod"];
    let id = |path: &str| match path.rsplit('/').next().unwrap_or_default() {
        "Root" => "r-1".to_owned(),
        name => format!("ou-1-{}", name.to_lowercase()),
    };
    let mut management = account(1, &["Root"], Some(&[]));
    management.is_management = true;
    let mut closed = account(2, &["Root", "Work", "Dev"], Some(&[]));
    closed.state = "SUSPENDED".to_owned();
    Organisation {
        units: paths.iter().map(|path| (id(path), (*path).to_owned())).collect(),
        accounts: vec![
            account(6, &["Root", "Infra"], Some(&[("env", "prod")])),
            account(5, &["Root", "Work", "Prod"], Some(&[("env", "prod"), ("pci", "")])),
            account(4, &["Root", "Work", "Dev"], Some(&[("env", "dev")])),
            account(3, &["Root", "Work"], None),
            closed,
            management,
        ],
    }
}

fn selection(pairs: &[(&str, &str)]) -> Result<Selection, String> {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (format!("NIGHTSHIFT_FLEET_{name}"), *value)).collect();
    let environment: Environment = pairs.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let mut settings = Settings::of(&environment);
    let selection = Selection::read(&mut settings);
    settings.finish().map(|()| selection).map_err(|faults| faults.to_string())
}

/// The choice in short: the numbers of the accounts that go, a bar behind those that go first, and the code of each other.
fn said(pairs: &[(&str, &str)]) -> String {
    let choice = match choose(&organisation(), &selection(pairs).unwrap()) {
        Ok(choice) => choice,
        Err(fault) => return fault.to_string(),
    };
    let numbers = |chosen: &[Chosen]| {
        let of = |one: &Chosen| {
            let policy = one.policy.as_ref().map(|policy| format!(":{policy}")).unwrap_or_default();
            format!("{}{policy}", one.account.trim_start_matches('0'))
        };
        chosen.iter().map(of).collect::<Vec<_>>().join(" ")
    };
    let first = if choice.canary.is_empty() { String::new() } else { numbers(&choice.canary) + " | " };
    let out = choice.left_out.iter().map(|out| format!("{} {}", out.account.trim_start_matches('0'), out.reason.code));
    format!("{first}{}; {}", numbers(&choice.rest), out.collect::<Vec<_>>().join(", "))
}

#[test]
fn exclusions_win_and_each_account_that_stays_out_says_why() {
    for (pairs, expected) in [
        (&[("UNITS", "Root")][..], "3 4 5 6; 1 management-account, 2 not-active"),
        (&[("UNITS", "r-1"), ("MANAGEMENT", "include")], "1 3 4 5 6; 2 not-active"),
        (&[("UNITS", "Root/Work")], "3 4 5; 1 not-selected, 2 not-active, 6 not-selected"),
        (&[("UNITS", "/Root/Work/")], "3 4 5; 1 not-selected, 2 not-active, 6 not-selected"),
        (
            &[("UNITS", "Root"), ("EXCLUDED_UNITS", "ou-1-work"), ("ACCOUNTS", "000000000005")],
            "6; 1 management-account, 2 excluded, 3 excluded, 4 excluded, 5 excluded",
        ),
        (
            &[("UNITS", "Root/Work/Dev"), ("ACCOUNTS", "000000000005"), ("EXCLUDED_ACCOUNTS", "000000000004")],
            "5; 1 not-selected, 2 not-active, 3 not-selected, 4 excluded, 6 not-selected",
        ),
        // One that has left the organisation stops nobody.
        (
            &[
                ("UNITS", "Root/Work/Dev"),
                ("EXCLUDED_ACCOUNTS", "777788889999,000000000004"),
                ("ACCOUNTS", "000000000005"),
            ],
            "5; 1 not-selected, 2 not-active, 3 not-selected, 4 excluded, 6 not-selected, 777788889999 no-such-account",
        ),
        // The tags of the third were not read.
        (&[("TAGS", "env=prod")], "5 6; 1 not-selected, 2 not-selected, 3 tags-unknown, 4 not-selected"),
        (
            &[("UNITS", "Root"), ("EXCLUDED_TAGS", "pci")],
            "4 6; 1 management-account, 2 not-active, 3 tags-unknown, 5 excluded",
        ),
        (
            &[("UNITS", "Root/Infra"), ("EXCLUDED_TAGS", "env=dev")],
            "6; 1 not-selected, 2 not-selected, 3 not-selected, 4 excluded, 5 not-selected",
        ),
        (
            &[("UNITS", "Root/Work"), ("CANARY", "Root/Work/Dev")],
            "4 | 3 5; 1 not-selected, 2 not-active, 6 not-selected",
        ),
        (
            &[("UNITS", "Root"), ("POLICIES", "Root=all,ou-1-work=work,Root/Work/Prod=strict")],
            "3:work 4:work 5:strict 6:all; 1 management-account, 2 not-active",
        ),
    ] {
        assert_eq!(said(pairs), expected, "{pairs:?}");
    }
}

#[test]
fn an_account_that_was_seen_twice_is_gone_through_once() {
    let mut organisation = organisation();
    organisation.accounts.push(account(4, &["Root", "Work", "Prod"], Some(&[])));
    let choice = choose(&organisation, &selection(&[("UNITS", "Root")]).unwrap()).unwrap();
    let chosen: Vec<_> = choice.rest.iter().map(|one| one.account.trim_start_matches('0')).collect();
    assert_eq!((chosen, choice.left_out.len()), (vec!["3", "4", "5", "6"], 2));
}

#[test]
fn what_names_nothing_here_is_refused_before_anything_begins() {
    for (pairs, expected) in [
        (
            &[("UNITS", "Root"), ("EXCLUDED_UNITS", "Root/Work/Prd")][..],
            "NIGHTSHIFT_FLEET_EXCLUDED_UNITS names Root/Work/Prd, and this organisation has no such unit; did you mean Root/Work/Prod?",
        ),
        (&[("UNITS", "work/dev")], "NIGHTSHIFT_FLEET_UNITS names work/dev, and this organisation has no such unit"),
        (&[("UNITS", "Root"), ("CANARY", "ou-1-gone")], "NIGHTSHIFT_FLEET_CANARY names ou-1-gone, "),
        (&[("UNITS", "Root"), ("POLICIES", "Root/Prod=strict")], "NIGHTSHIFT_FLEET_POLICIES names Root/Prod, "),
        (
            &[("UNITS", "Root"), ("EXCLUDED_ACCOUNTS", "000000000014")],
            "NIGHTSHIFT_FLEET_EXCLUDED_ACCOUNTS names 000000000014, and this organisation has no such account, but 000000000004, which was \
             probably meant: correct 000000000014, or take it out if it has left the organisation",
        ),
        (&[("ACCOUNTS", "000000000040,000000000005")], "NIGHTSHIFT_FLEET_ACCOUNTS names 000000000040, "),
        (
            &[("UNITS", "Root"), ("POLICIES", "ou-1-work=strict,Root/Work=loose")],
            "NIGHTSHIFT_FLEET_POLICIES gives ou-1-work the policy strict and Root/Work another, loose, and both are one unit",
        ),
        (&[("UNITS", "Root"), ("EXCLUDED_UNITS", "Root")], "the selection leaves no account of 6"),
        (
            &[("UNITS", "Root/Infra"), ("CANARY", "Root/Work")],
            "NIGHTSHIFT_FLEET_CANARY names units of which no account is selected",
        ),
    ] {
        assert!(said(pairs).starts_with(expected), "{pairs:?}: {}", said(pairs));
    }
    for (pairs, expected) in [
        (&[][..], "NIGHTSHIFT_FLEET_UNITS: is not set"),
        (&[("UNITS", "")], "NIGHTSHIFT_FLEET_UNITS: is not set"),
        (&[("UNITS", "/")], "'/' names no unit"),
        (&[("ACCOUNTS", "12345")], "'12345' is no account: an id has twelve digits"),
        (&[("UNITS", "Root"), ("EXCLUDED_TAGS", "=prod")], "'=prod' has no key"),
        (&[("UNITS", "Root"), ("POLICIES", "Root")], "'Root' is no UNIT=POLICY"),
        (&[("UNITS", "Root"), ("POLICIES", "Root=Strict")], "'Root=Strict' is no UNIT=POLICY"),
        (&[("UNITS", "Root"), ("POLICIES", "Root=a,/Root/=b")], "gives Root two policies, a and b"),
    ] {
        let fault = selection(pairs).unwrap_err();
        assert!(fault.contains(expected), "{pairs:?}: {fault}");
    }
}

/// Anything that a selection can name, of which each is there.
fn some(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::subsequence(of, 0..=of.len()).prop_map(|picked| picked.join(","))
}

#[test]
fn a_tag_that_nobody_has_is_told_and_stops_nobody() {
    let said = |pairs: &[(&str, &str)]| selection(pairs).unwrap().idle_tags(&organisation().accounts);
    assert_eq!(said(&[("TAGS", "env=prod,pci"), ("EXCLUDED_TAGS", "env")]), [""; 0]);
    let idle = said(&[("TAGS", "env=prod,env=prd"), ("EXCLUDED_TAGS", "pcl")]);
    assert_eq!(
        idle,
        [
            "NIGHTSHIFT_FLEET_TAGS names env=prd, and no account has this tag",
            "NIGHTSHIFT_FLEET_EXCLUDED_TAGS names pcl, and no account has this tag",
        ]
    );
}

proptest! {
    #[test]
    fn one_more_exclusion_never_brings_an_account_in(
        units in some(&["Root/Infra", "Root/Work", "ou-1-dev"]),
        tags in some(&["env=prod", "env", "pci"]),
        excluded in some(&["Root/Work/Prod", "ou-1-infra"]),
        more in some(&["Root/Work/Dev", "Root/Work/Prod"]),
        excluded_tags in some(&["env=dev", "pci"]),
    ) {
        let chosen = |excluded: &str, tags_too: &str| {
            let pairs = [
                ("UNITS", units.as_str()), ("TAGS", &tags), ("ACCOUNTS", "000000000001"), ("MANAGEMENT", "include"),
                ("EXCLUDED_UNITS", excluded), ("EXCLUDED_TAGS", tags_too),
            ];
            let choice = choose(&organisation(), &selection(&pairs).unwrap()).unwrap_or(Choice {
                canary: vec![], rest: vec![], left_out: vec![],
            });
            let all = choice.rest.len() + choice.left_out.len();
            let ids: std::collections::BTreeSet<_> = choice.rest.into_iter().map(|one| one.account).collect();
            (ids, all)
        };
        let (before, all) = chosen(&excluded, "");
        prop_assert!(all == 6 || before.is_empty(), "each account is in one list");
        let both = [excluded.as_str(), &more].join(",");
        let (after, _) = chosen(both.trim_matches(','), &excluded_tags);
        prop_assert!(after.is_subset(&before), "{after:?} is not within {before:?}");
    }
}
