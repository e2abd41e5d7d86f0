//! What an event may narrow a run of `key-rotation` to, and the two things only an event can ask for: to treat a key as
//! leaked, and to bring back the one that was switched off.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::model::User;
use crate::run::event::Fields;
use crate::text::printable;

/// The narrowing; `None` is all that the policy reaches, an empty set is nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Users by name.
    pub users: Option<BTreeSet<String>>,
    /// Users by id, as AWS Config names them.
    pub user_ids: Option<BTreeSet<String>>,
    /// Keys that leaked.
    pub compromised: Vec<Compromised>,
    /// The user whose old key is to work again.
    pub rollback: Option<String>,
    /// What this run does; `None` is everything.
    pub phases: Option<BTreeSet<Phase>>,
}

/// A key that leaked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compromised {
    /// Whose, if the event says so.
    pub user: Option<String>,
    /// Its id.
    pub key: String,
}

/// A part of the work, so that one schedule may mint and another do the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Mint new keys.
    Rotate,
    /// Take old ones out of use.
    Retire,
    /// Tell owners what is coming.
    Warn,
    /// Finish what was interrupted.
    Repair,
}

impl Phase {
    const ALL: [Self; 4] = [Self::Rotate, Self::Retire, Self::Warn, Self::Repair];

    /// As events spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rotate => "rotate",
            Self::Retire => "retire",
            Self::Warn => "warn",
            Self::Repair => "repair",
        }
    }
}

impl Request {
    /// Reads the event's keys.
    pub fn read(fields: &mut Fields) -> Self {
        let (users, user_ids) = (fields.names("users"), fields.names("user_ids"));
        let compromised = compromised(fields);
        let nobody = compromised.as_ref().is_some_and(Vec::is_empty);
        let request = Self {
            // A list of no keys is about nobody, too.
            users: users.or_else(|| nobody.then(BTreeSet::new)),
            user_ids,
            compromised: compromised.unwrap_or_default(),
            rollback: rollback(fields),
            phases: phases(fields),
        };
        let narrowings = [
            request.users.is_some() || request.user_ids.is_some(),
            !request.compromised.is_empty(),
            request.rollback.is_some(),
        ];
        if narrowings.iter().filter(|given| **given).count() > 1 {
            fields
                .fault::<()>("give one of 'users', 'compromised' and 'rollback': each is a run of its own".to_owned());
        }
        request
    }

    /// Whether `user` is within this run.
    pub fn covers(&self, user: &User) -> bool {
        if self.is_about_keys() {
            return self.names_a_key_of(user) || self.rollback.as_deref() == Some(&user.name);
        }
        self.users.as_ref().is_none_or(|names| names.contains(&user.name))
            && self.user_ids.as_ref().is_none_or(|ids| ids.contains(&user.id))
    }

    /// Whether an event asked for something to be done to certain keys, and for nothing else.
    pub fn is_about_keys(&self) -> bool {
        !self.compromised.is_empty() || self.rollback.is_some()
    }

    /// The keys of `user` that the event calls compromised, each once.
    pub fn compromised_of(&self, user: &User) -> BTreeSet<&str> {
        let of_user = self.compromised.iter().filter(|leak| leak.user.as_deref() == Some(&user.name));
        of_user.map(|leak| leak.key.as_str()).collect()
    }

    /// Whether it names `user` itself, so that the report has to say something about it.
    pub fn names(&self, user: &User) -> bool {
        self.users.is_some() || self.user_ids.is_some() || self.is_about_keys() && self.covers(user)
    }

    /// Whether this run does `phase`.
    pub fn does(&self, phase: Phase) -> bool {
        self.phases.as_ref().is_none_or(|phases| phases.contains(&phase))
    }

    fn names_a_key_of(&self, user: &User) -> bool {
        self.compromised.iter().any(|leak| match &leak.user {
            Some(name) => *name == user.name,
            None => user.keys.known().is_some_and(|keys| keys.iter().any(|key| key.id == leak.key)),
        })
    }
}

/// `None` if the event does not say.
fn compromised(fields: &mut Fields) -> Option<Vec<Compromised>> {
    let entries = match fields.narrowing("compromised")? {
        Value::Array(entries) => entries,
        one => vec![one],
    };
    let mut leaks = Vec::new();
    for entry in entries {
        let Value::Object(mut entry) = entry else {
            fields
                .fault::<()>("'compromised' must be {\"user\": …, \"access_key_id\": …}, or a list of such".to_owned());
            continue;
        };
        let user = text(&mut entry, "user");
        match (text(&mut entry, "access_key_id"), leftover(&entry)) {
            (Some(key), None) => leaks.push(Compromised { user, key }),
            (None, _) => _ = fields.fault::<()>("'compromised' names no 'access_key_id'".to_owned()),
            (_, Some(key)) => _ = fields.fault::<()>(format!("'compromised' has an unknown key '{}'", printable(key))),
        }
    }
    Some(leaks)
}

fn rollback(fields: &mut Fields) -> Option<String> {
    let Value::Object(mut entry) = fields.narrowing("rollback")? else {
        return fields.fault("'rollback' must be {\"user\": …}".to_owned());
    };
    match (text(&mut entry, "user"), leftover(&entry)) {
        (Some(user), None) => Some(user),
        (None, _) => fields.fault("'rollback' names no 'user'".to_owned()),
        (_, Some(key)) => fields.fault(format!("'rollback' has an unknown key '{}'", printable(key))),
    }
}

fn text(entry: &mut Map<String, Value>, key: &str) -> Option<String> {
    match entry.remove(key) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

fn leftover(entry: &Map<String, Value>) -> Option<&String> {
    entry.keys().next()
}

fn phases(fields: &mut Fields) -> Option<BTreeSet<Phase>> {
    let mut phases = BTreeSet::new();
    for name in fields.names("phases")? {
        if let Some(phase) = Phase::ALL.iter().find(|phase| phase.as_str() == name) {
            phases.insert(*phase);
        } else {
            let all = Phase::ALL.map(Phase::as_str).join(", ");
            fields.fault::<()>(format!("'{}' is not one of the phases: {all}", printable(&name)));
        }
    }
    Some(phases)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::run::event::EventFault;

    fn read(event: Value) -> Result<Request, EventFault> {
        let mut fields = Fields::of(super::super::trigger::plain(event)?)?;
        let request = Request::read(&mut fields);
        fields.finish().map(|()| request)
    }

    #[test]
    fn an_empty_list_is_nobody_and_an_absent_one_is_everybody() {
        let user = crate::jobs::key_rotation::plan::someone();
        assert!(read(json!({})).unwrap().covers(&user));
        assert!(!read(json!({"users": []})).unwrap().covers(&user));
        assert!(!read(json!({"compromised": []})).unwrap().covers(&user));
        assert!(read(json!({"users": [user.name]})).unwrap().covers(&user));
        assert!(!read(json!({"rollback": {"user": "bob"}})).unwrap().covers(&user));
        assert!(read(json!({"user_ids": [user.id]})).unwrap().covers(&user));
    }

    #[test]
    fn what_asks_for_two_things_or_for_nothing_is_refused() {
        let message = |event| read(event).unwrap_err().to_string();
        insta::assert_snapshot!(message(json!({"users": ["ana"], "rollback": {"user": "bob"}})), @"the event is refused and nothing was done: give one of 'users', 'compromised' and 'rollback': each is a run of its own");
        insta::assert_snapshot!(message(json!({"compromised": {"user": "ana"}})), @"the event is refused and nothing was done: 'compromised' names no 'access_key_id'");
        insta::assert_snapshot!(message(json!({"compromised": "AKIAONE"})), @r#"the event is refused and nothing was done: 'compromised' must be {"user": …, "access_key_id": …}, or a list of such"#);
        insta::assert_snapshot!(message(json!({"rollback": {"user": "ana", "key": "AKIAONE"}})), @"the event is refused and nothing was done: 'rollback' has an unknown key 'key'");
        insta::assert_snapshot!(message(json!({"phases": ["rotate", "delete"], "user": ["ana"]})), @"the event is refused and nothing was done: 'delete' is not one of the phases: rotate, retire, warn, repair; unknown key 'user', did you mean 'users'? (known: users, user_ids, compromised, rollback, phases)");
    }
}
