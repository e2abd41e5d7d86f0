//! The law in a table: who may do what to whose.

use super::*;
use crate::config::{Environment, Settings};
use crate::report::Whose;

static SEVERAL: Code = Code { name: "several", whose: Whose::Operators, means: "Several.", fix: None };

/// What the gate says, for deleting, extending and restoring.
fn said(by: &Acting, named: Option<&str>, pairs: &[(&str, &str)]) -> [&'static str; 3] {
    let environment: Environment = [("NIGHTSHIFT_PRODUCTION", "env=prod*")].into_iter().collect();
    let alphabet = crate::domains::clusters::marks::alphabet;
    let production = Protected::read(&mut Settings::of(&environment), "NIGHTSHIFT_PRODUCTION", alphabet, "");
    let tags: Tags = pairs.iter().copied().collect();
    let thing = Thing { id: "orders-ana", arn: "arn:aws:rds:eu-west-1:111122223333:cluster:orders-ana", tags: &tags };
    let deeds = [Deed::Delete { production: &production }, Deed::Extend, Deed::Restore];
    deeds.map(|deed| {
        let gate = Gate { deed, by, named, owner_tag: "owner" };
        gate.lets(thing).map_or_else(|refusal| refusal.code(&SEVERAL).name, |()| "yes")
    })
}

#[test]
fn who_may_do_what_to_whose() {
    let ana = || Acting::For("ana".to_owned());
    let address = || Acting::For("ana@example.com".to_owned());
    let blank = || Acting::For(" ".to_owned());
    let anybody = || Acting::ForAnybody;
    let chosen = || Acting::ForNobody("it chose its name".to_owned());
    let unknown = || Acting::Unknown("AccessDenied".to_owned());
    let of = |owner: &'static str| vec![("owner", owner)];
    let [another, nobodys, unowned] =
        [&codes::ANOTHER_OWNER, &codes::NOBODYS_NAME, &codes::NO_OWNER].map(|code| code.name);
    let (who, production) = (codes::WHO_UNKNOWN.name, codes::PRODUCTION.name);
    for (by, named, tags, expected) in [
        // One's own, however it is spelt.
        (ana(), None, of("ana"), ["yes", "yes", "yes"]),
        (ana(), None, of("ANA"), ["yes", "yes", "yes"]),
        (ana(), Some("Ana"), of("ana"), ["yes", "yes", "yes"]),
        (ana(), None, vec![("Owner", "ana"), ("OWNER", "ana")], ["yes", "yes", "yes"]),
        // The same person, but for the domain: enough to keep a thing, and not to take it.
        (address(), None, of("ana"), [another, "yes", "yes"]),
        (ana(), None, of("ana@example.com"), [another, "yes", "yes"]),
        (address(), None, of("ana@example.org"), [another, another, another]),
        // Others', and no flag makes them one's own.
        (ana(), None, of("ben"), [another, another, another]),
        (ana(), Some("ben"), of("ben"), [another, another, another]),
        (ana(), Some("ben"), of("ana"), [another, another, another]),
        (ana(), None, of("anabel"), [another, another, another]),
        (blank(), None, of("ana"), [another, another, another]),
        (blank(), None, of("@example.com"), [another, another, another]),
        // Nobody's, and several people's.
        (ana(), None, vec![], [unowned, unowned, unowned]),
        (ana(), None, of(" "), [unowned, unowned, unowned]),
        (ana(), Some("ana"), vec![], [unowned, unowned, unowned]),
        (ana(), None, vec![("owner", "ana"), ("Owner", "ben")], ["several", "several", "several"]),
        (anybody(), None, vec![("owner", "ana"), ("Owner", "ben")], [nobodys, "several", "several"]),
        // Whoever works for everybody says for whom, and takes nothing.
        (anybody(), Some("ben"), of("ben"), [nobodys, "yes", "yes"]),
        (anybody(), None, of("ben"), [nobodys, another, another]),
        (anybody(), Some("ana"), of("ben"), [nobodys, another, another]),
        (anybody(), None, vec![], [nobodys, "yes", "yes"]),
        (anybody(), Some("ben"), vec![], [nobodys, unowned, unowned]),
        // Names that their bearers chose, and those that nobody could be asked about.
        (chosen(), Some("ana"), of("ana"), [nobodys, nobodys, nobodys]),
        (unknown(), Some("ana"), of("ana"), [who, who, who]),
        // Production is not deleted; that it lives longer, or again, takes nothing from anybody.
        (ana(), None, vec![("owner", "ana"), ("env", "PROD-eu")], [production, "yes", "yes"]),
        (ana(), None, vec![("owner", "ben"), ("env", "prod")], [production, another, another]),
    ] {
        assert_eq!(said(&by, named, &tags), expected, "{by:?} {named:?} {tags:?}");
    }
}

#[test]
fn a_refusal_says_what_is_the_case_and_what_to_do() {
    let said = |by: Acting, named: Option<&str>| {
        let tags: Tags = [("owner", "ben k")].into_iter().collect();
        let gate = Gate { deed: Deed::Restore, by: &by, named, owner_tag: "owner" };
        let refusal = gate.lets(Thing { id: "x", arn: "arn:x", tags: &tags }).unwrap_err();
        format!("{refusal}; {}", refusal.fix())
    };
    assert_eq!(said(Acting::For("ana".to_owned()), None), "it is ben k's, and you are ana; ask ben k to restore it");
    assert_eq!(
        said(Acting::ForAnybody, None),
        "it is ben k's, and you did not say for whom you act; say --owner 'ben k' if you mean to restore it for them"
    );
    assert_eq!(said(Acting::ForAnybody, Some("ana")), "it is ben k's, not ana's; is it the one you mean?");
}
