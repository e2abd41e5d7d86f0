//! What is worth knowing about a policy and the tags it goes by, though nothing failed: patterns that match nobody, tags that
//! cannot be read, and a way in that is missing.

use super::model::{User, World};
use super::policy::Policy;
use super::readers;
use crate::domains::keys::tags::ROTATE_AFTER_DAYS;
use crate::jobs::key_rotation::codes;
use crate::report::{Mode, Reason};
use crate::text::printable;

/// Of one kind so many are named; the rest is counted.
const NAMED: usize = 5;

/// Before anything is read.
pub(super) fn at_start(policy: &Policy, mode: Mode) -> Option<Reason> {
    (mode == Mode::Apply && policy.store.readers.is_empty()).then(|| {
        Reason::new(
            &codes::NO_READERS,
            "nobody but its owner may read a new key: an owner whose only key leaked needs the console to fetch another",
            "name a role in NIGHTSHIFT_SECRET_READERS, or in the tag nightshift:readers of users without a password",
        )
    })
}

/// About what was read.
pub(super) fn of(world: &World, policy: &Policy) -> Vec<Reason> {
    let patterns = policy.exclude.iter().filter(|pattern| !world.users.iter().any(|user| pattern.matches(user)));
    let patterns: Vec<_> = patterns.map(|pattern| format!("'{}'", printable(pattern.text()))).collect();
    let ages = named(world, |user| {
        let value = user.tags.get(ROTATE_AFTER_DAYS)?;
        let is_one = value.parse::<u32>().is_ok_and(|days| days > 0);
        (!is_one).then(|| printable(value))
    });
    let unreadable = named(world, |user| {
        let words = readers::tagged(user).unreadable;
        (!words.is_empty()).then(|| printable(&words.join(" ")))
    });
    let warning = |code, found: Vec<String>, what: &str, fix: &str| {
        (!found.is_empty()).then(|| Reason::new(code, format!("{what}: {}", cut(&found)), fix))
    };
    [
        warning(
            &codes::PATTERN_MATCHES_NOBODY,
            if world.users.is_empty() { Vec::new() } else { patterns },
            "NIGHTSHIFT_EXCLUDE excludes nobody by",
            "check the spelling: whoever was meant is not excluded; or take it out",
        ),
        warning(
            &codes::UNREADABLE_TAG,
            ages,
            "nightshift:rotate-after-days is no number of days, so the policy's age holds, of",
            "write a whole number from 1 on",
        ),
        warning(
            &codes::UNREADABLE_TAG,
            unreadable,
            "nightshift:readers names what is no role of this account, and nobody is let in by it, of",
            "write role/NAME with its path, with a space between two",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The users of whom `what` has something to say, and that.
fn named(world: &World, what: impl Fn(&User) -> Option<String>) -> Vec<String> {
    let said = |user: &User| Some(format!("{} ('{}')", printable(&user.name), what(user)?));
    world.users.iter().filter_map(said).collect()
}

fn cut(found: &[String]) -> String {
    let more = found.len().saturating_sub(NAMED);
    let named = found.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Settings};
    use crate::jobs::key_rotation::plan::someone;

    fn policy(variables: &[(&str, &str)]) -> Policy {
        let environment: Environment = variables.iter().copied().collect();
        Policy::read(&mut Settings::of(&environment), Some("eu-west-1"))
    }

    #[test]
    fn what_shields_nobody_and_what_cannot_be_read_is_said() {
        let mut user = someone();
        let mut world = World { account: String::new(), users: vec![user.clone()], strays: Vec::new() };
        let excluding = policy(&[("NIGHTSHIFT_EXCLUDE", "ana,anna,path:/admin/*")]);
        let said = |world: &World| of(world, &excluding).into_iter().map(|one| one.message).collect::<Vec<_>>();
        assert!(of(&world, &excluding)[0].is(&codes::PATTERN_MATCHES_NOBODY));
        assert_eq!(said(&world), ["NIGHTSHIFT_EXCLUDE excludes nobody by: 'anna', 'path:/admin/*'"]);
        for (value, is_read) in [("30", true), ("0", false), ("30d", false), ("", false)] {
            user.tags.set(ROTATE_AFTER_DAYS, value);
            world.users = vec![user.clone()];
            assert_eq!(said(&world).len() == 1, is_read, "{value}");
        }
        user.tags.set("nightshift:readers", "laptop role/ok");
        world.users = vec![user];
        assert!(said(&world)[2].contains("ana ('laptop')"), "{:?}", said(&world));
        assert!(of(&world, &excluding)[1..].iter().all(|reason| reason.is(&codes::UNREADABLE_TAG)));
    }

    #[test]
    fn that_nobody_else_may_read_is_said_where_it_matters() {
        let role = [("NIGHTSHIFT_SECRET_READERS", "arn:aws:iam::111122223333:role/help")];
        assert!(at_start(&policy(&[]), Mode::Apply).is_some_and(|reason| reason.is(&codes::NO_READERS)));
        assert!(at_start(&policy(&[]), Mode::Plan).is_none() && at_start(&policy(&role), Mode::Apply).is_none());
    }
}
