//! What the selectors choose. They narrow what a command is about and never widen it: each that is given has to be met, and
//! an event that was narrowed already is only ever narrowed more.

mod narrow;

use nightshift::config::Glob;
use nightshift::domains::owners::is_the_same;
use nightshift::services::aws::Identity;
use nightshift::text::printable;

use crate::args::SelectArgs;
use crate::told::Told;

pub(crate) use narrow::{Narrow, selected};

/// See the module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    me: Option<String>,
    owners: Vec<String>,
    called: Vec<Glob>,
}

impl Selection {
    /// What was typed, by the one these credentials are of.
    pub(crate) fn of(args: &SelectArgs, caller: &Identity) -> anyhow::Result<Self> {
        let me = if args.mine { Some(person(caller)?) } else { None };
        let fault = |problem| Told::error(format!("--match: {problem}"), "* is anything and ? one character");
        let globs = args.called.iter().map(|pattern| Glob::read(pattern).map_err(fault));
        Ok(Self { me, owners: args.owner.clone(), called: globs.collect::<Result<_, _>>()? })
    }

    /// Whether anything was typed at all.
    pub(crate) fn is_given(args: &SelectArgs) -> bool {
        let SelectArgs { mine, owner, called } = args;
        *mine || !owner.is_empty() || !called.is_empty()
    }

    /// Whether something is meant that is called `name` and whose owner is `owner`.
    pub(crate) fn takes(&self, name: &str, owner: Option<&str>) -> bool {
        self.takes_name(name) && self.takes_owner(owner)
    }

    fn takes_name(&self, name: &str) -> bool {
        self.called.is_empty() || self.called.iter().any(|glob| glob.is_match(name))
    }

    fn takes_owner(&self, owner: Option<&str>) -> bool {
        let is_mine = |me: &String| owner.is_some_and(|owner| is_the_same(me, owner.trim()));
        let is_theirs = |owners: &[String]| owner.is_some_and(|owner| owners.iter().any(|one| one == owner.trim()));
        self.me.as_ref().is_none_or(is_mine) && (self.owners.is_empty() || is_theirs(&self.owners))
    }

    fn is_about_names(&self) -> bool {
        !self.called.is_empty()
    }

    fn is_about_owners(&self) -> bool {
        self.me.is_some() || !self.owners.is_empty()
    }
}

fn person(caller: &Identity) -> anyhow::Result<String> {
    caller.person().map(str::to_owned).ok_or_else(|| {
        Told::error(
            format!("these credentials, {}, are of no person, so nothing can be called yours", printable(&caller.arn)),
            "--owner NAME, as the owner tag has it",
        )
    })
}

#[cfg(test)]
mod tests {
    use nightshift::services::aws::Skew;
    use proptest::prelude::*;

    use super::*;

    fn selection(mine: bool, owner: &[&str], called: &[&str]) -> Selection {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let args = SelectArgs { mine, owner: list(owner), called: list(called) };
        Selection::of(&args, &caller("arn:aws:iam::111122223333:user/ana@example.com")).unwrap()
    }

    fn caller(arn: &str) -> Identity {
        Identity { account: "111122223333".to_owned(), arn: arn.to_owned(), skew: Skew::Agreed }
    }

    #[test]
    fn each_selector_that_is_given_has_to_be_met() {
        for (selection, name, owner, expected) in [
            (selection(false, &[], &[]), "orders-dev", None, true),
            (selection(true, &[], &[]), "orders-dev", Some("Ana"), true),
            (selection(true, &[], &[]), "orders-dev", Some("ana@example.com"), true),
            (selection(true, &[], &[]), "orders-dev", Some("ana@elsewhere.example"), false),
            (selection(true, &[], &[]), "orders-dev", None, false),
            (selection(false, &["ana", "bob"], &[]), "orders-dev", Some(" bob "), true),
            (selection(false, &["ana"], &[]), "orders-dev", Some("Ana"), false),
            (selection(false, &["ana"], &["orders-*"]), "ORDERS-dev", Some("ana"), true),
            (selection(false, &["ana"], &["orders-*"]), "other-dev", Some("ana"), false),
            (selection(false, &["ana"], &["orders-*"]), "orders-dev", Some("bob"), false),
            (selection(false, &[], &["orders"]), "orders-dev", None, false),
            (selection(false, &[], &["*-de?"]), "orders-dev", None, true),
        ] {
            assert_eq!(selection.takes(name, owner), expected, "{selection:?} {name} {owner:?}");
        }
    }

    #[test]
    fn a_session_that_chose_its_name_is_nobody_who_owns_things() {
        let args = SelectArgs { mine: true, ..SelectArgs::default() };
        let session = caller("arn:aws:sts::111122223333:assumed-role/Developer/ana");
        let refused = Selection::of(&args, &session).unwrap_err();
        insta::assert_snapshot!(refused, @"these credentials, arn:aws:sts::111122223333:assumed-role/Developer/ana, are of no person, so nothing can be called yours");
        assert!(
            Selection::of(&SelectArgs { called: vec!["a[b".to_owned()], ..SelectArgs::default() }, &session).is_err()
        );
    }

    proptest! {
        #[test]
        fn one_more_selector_never_takes_more(
            mine: bool,
            owners in prop::collection::vec("(ana|bob|Ana@example\\.com)", 0..3),
            called in prop::collection::vec("(\\*|a\\*|\\?b|ab|B)", 0..3),
            name in "[abAB]{1,3}",
            owner in prop::option::of("(ana|bob|Ana@example\\.com| |)"),
        ) {
            let args = SelectArgs { mine, owner: owners, called };
            let all = Selection::of(&args, &caller("arn:aws:iam::111122223333:user/ana")).unwrap();
            for fewer in [
                SelectArgs { mine: false, ..args.clone() },
                SelectArgs { owner: Vec::new(), ..args.clone() },
                SelectArgs { called: Vec::new(), ..args.clone() },
            ] {
                let fewer = Selection::of(&fewer, &caller("arn:aws:iam::111122223333:user/ana")).unwrap();
                prop_assert!(!all.takes(&name, owner.as_deref()) || fewer.takes(&name, owner.as_deref()));
            }
        }
    }
}
