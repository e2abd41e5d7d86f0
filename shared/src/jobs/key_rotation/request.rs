//! What an event may narrow a run of `key-rotation` to, and what only an event can ask for: to treat a key as leaked, to pass
//! on a sign that it may have, and to bring back the one that was switched off.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::model::User;
pub use super::model::{Compromised, EVERY_KEY};
use super::policy::Signs;
use super::sign::{self, Sign};
use crate::domains::keys::signs::Response;
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
    /// Keys that may have leaked: people are told, and nothing else is done.
    pub suspected: Vec<Compromised>,
    /// What the sign is called that says so.
    pub sign: Option<String>,
    /// Compromised keys that the event counts and does not name.
    pub unnamed: usize,
    /// The same of suspected ones.
    pub unnamed_suspected: usize,
    /// The user whose old key is to work again.
    pub rollback: Option<String>,
    /// What this run does; `None` is everything.
    pub phases: Option<BTreeSet<Phase>>,
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
    pub fn read(fields: &mut Fields, signs: &Signs) -> Self {
        let (users, user_ids) = (fields.names("users"), fields.names("user_ids"));
        let (compromised, unnamed) = compromised(fields).unzip();
        let nobody = compromised.as_ref().is_some_and(Vec::is_empty);
        let mut request = Self {
            // A list of no keys is about nobody, too.
            users: users.or_else(|| nobody.then(BTreeSet::new)),
            user_ids,
            compromised: compromised.unwrap_or_default(),
            suspected: Vec::new(),
            sign: None,
            unnamed: unnamed.unwrap_or_default(),
            unnamed_suspected: 0,
            rollback: rollback(fields),
            phases: phases(fields),
        };
        if let Some(sign) = sign::read(fields) {
            if !request.compromised.is_empty() {
                fields.fault::<()>("give one of 'sign' and 'compromised'".to_owned());
            }
            request.take(sign, fields, signs);
        }
        let narrowings = [
            request.users.is_some() || request.user_ids.is_some(),
            request.is_about_leaks(),
            request.rollback.is_some(),
        ];
        if narrowings.iter().filter(|given| **given).count() > 1 {
            fields.fault::<()>(
                "give one of 'users', 'compromised', 'sign' and 'rollback': each is a run of its own".to_owned(),
            );
        }
        request
    }

    /// Takes over what `sign` asks for under these `signs`.
    fn take(&mut self, sign: Sign, fields: &mut Fields, signs: &Signs) {
        let Sign { code, keys, users, unnamed } = sign;
        let of_users =
            users.into_iter().map(|user| Compromised { user: Some(user), known: false, key: EVERY_KEY.to_owned() });
        self.suspected.extend(of_users);
        match signs.response(&code) {
            Some(Response::SwitchOff) => {
                // Which of a user's keys is meant nobody knows: people are told, and the invocation fails.
                self.unnamed = unnamed + self.suspected.len();
                self.compromised = keys;
            }
            Some(Response::Tell) => {
                self.unnamed_suspected = unnamed;
                self.suspected.extend(keys);
            }
            None => {
                let code = printable(&code);
                fields.fault::<()>(format!(
                    "no policy says what to do about the sign '{code}': add it to NIGHTSHIFT_SWITCH_OFF_SIGNS or \
                     NIGHTSHIFT_TELL_SIGNS, or narrow the EventBridge rule"
                ));
            }
        }
        self.sign = Some(code);
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
        self.is_about_leaks() || self.rollback.is_some()
    }

    /// Whether it speaks of keys that leaked, or may have.
    pub fn is_about_leaks(&self) -> bool {
        self.calls_any_compromised() || !self.suspected.is_empty() || self.unnamed_suspected > 0
    }

    /// Whether it calls any key compromised.
    pub fn calls_any_compromised(&self) -> bool {
        !self.compromised.is_empty() || self.unnamed > 0
    }

    /// The keys of `user` that the event says may have leaked, each once.
    pub fn suspected_of(&self, user: &User) -> BTreeSet<&str> {
        let of_user = self.suspected.iter().filter(|leak| leak.user.as_deref() == Some(&user.name));
        of_user.map(|leak| leak.key.as_str()).collect()
    }

    /// Whether AWS itself says that `key` is this user's.
    pub fn is_known(&self, user: &User, key: &str) -> bool {
        let says_so = |leak: &Compromised| leak.known && leak.key == key && leak.user.as_deref() == Some(&user.name);
        self.compromised.iter().any(says_so)
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
        self.compromised.iter().chain(&self.suspected).any(|leak| match &leak.user {
            Some(name) => *name == user.name,
            None => user.keys.known().is_some_and(|keys| keys.iter().any(|key| key.id == leak.key)),
        })
    }
}

/// Those that can be read, and how many cannot: they do not keep another on, and fail the invocation after it. `None` if the event does
/// not say. Where none can be read the event is refused.
fn compromised(fields: &mut Fields) -> Option<(Vec<Compromised>, usize)> {
    let entries = match fields.narrowing("compromised")? {
        Value::Array(entries) => entries,
        one => vec![one],
    };
    let (mut leaks, mut faults) = (Vec::new(), Vec::new());
    for entry in entries {
        match one_compromised(entry) {
            Ok(leak) => leaks.push(leak),
            Err(fault) => faults.push(fault),
        }
    }
    if leaks.is_empty() {
        for fault in std::mem::take(&mut faults) {
            fields.fault::<()>(fault);
        }
    }
    Some((leaks, faults.len()))
}

fn one_compromised(entry: Value) -> Result<Compromised, String> {
    let Value::Object(mut entry) = entry else {
        return Err("'compromised' must be {\"user\": …, \"access_key_id\": …}, or a list of such".to_owned());
    };
    let user = text(&mut entry, "user");
    let key = text(&mut entry, "access_key_id").ok_or("'compromised' names no 'access_key_id'")?;
    match leftover(&entry) {
        None => Ok(Compromised { user, known: false, key: Compromised::id(&key) }),
        Some(key) => Err(format!("'compromised' has an unknown key '{}'", printable(key))),
    }
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
        let request = Request::read(&mut fields, &Signs::default());
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
    fn one_entry_that_cannot_be_read_keeps_no_other_key_on() {
        let good = json!({"user": "ana", "access_key_id": "AKIAONE"});
        for bad in
            [json!({"user": "bob"}), json!("AKIATWO"), json!({"access_key_id": 7}), json!({"access_key": "AKIATWO"})]
        {
            let mixed = read(json!({"compromised": [bad, good, bad]})).unwrap();
            assert_eq!((mixed.compromised.len(), mixed.unnamed), (1, 2), "{bad}");
            assert!(read(json!({"compromised": [bad, bad]})).is_err(), "{bad}: nothing can be done at all");
        }
    }

    #[test]
    fn an_id_is_the_same_however_it_was_typed() {
        let one = read(json!({"compromised": {"access_key_id": " akiaOne\n"}})).unwrap();
        assert_eq!(one.compromised[0].key, "AKIAONE");
    }

    #[test]
    fn what_asks_for_two_things_or_for_nothing_is_refused() {
        let message = |event| read(event).unwrap_err().to_string();
        insta::assert_snapshot!(message(json!({"users": ["ana"], "rollback": {"user": "bob"}})), @"the event is refused and nothing was done: give one of 'users', 'compromised', 'sign' and 'rollback': each is a run of its own");
        insta::assert_snapshot!(message(json!({"compromised": {"user": "ana"}})), @"the event is refused and nothing was done: 'compromised' names no 'access_key_id'");
        insta::assert_snapshot!(message(json!({"compromised": "AKIAONE"})), @r#"the event is refused and nothing was done: 'compromised' must be {"user": …, "access_key_id": …}, or a list of such"#);
        insta::assert_snapshot!(message(json!({"rollback": {"user": "ana", "key": "AKIAONE"}})), @"the event is refused and nothing was done: 'rollback' has an unknown key 'key'");
        insta::assert_snapshot!(message(json!({"phases": ["rotate", "delete"], "user": ["ana"]})), @"the event is refused and nothing was done: 'delete' is not one of the phases: rotate, retire, warn, repair; unknown key 'user', did you mean 'users'? (known: users, user_ids, compromised, rollback, phases, sign)");
    }

    fn signed(sign: &Value) -> Result<Request, EventFault> {
        read(json!({ "sign": sign }))
    }

    #[test]
    fn the_policy_says_which_code_switches_off_and_which_is_only_told() {
        let keys = json!([{"access_key_id": "AKIAONE", "user": "ana"}]);
        let of = |code: &str| {
            let request = signed(&json!({"code": code, "keys": keys})).unwrap();
            (request.compromised.len(), request.suspected.len())
        };
        assert_eq!(of("AWS_RISK_CREDENTIALS_EXPOSED"), (1, 0));
        assert_eq!(of("AWS_RISK_CREDENTIALS_COMPROMISED"), (1, 0));
        assert_eq!(of("AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED"), (0, 1), "a false alarm switches nothing off");
        assert_eq!(of("UnauthorizedAccess:IAMUser/MaliciousIPCaller"), (0, 1));
        let unknown = signed(&json!({"code": "AWS_EC2_MAINTENANCE", "keys": keys})).unwrap_err().to_string();
        assert!(unknown.contains("NIGHTSHIFT_TELL_SIGNS"), "{unknown}");
    }

    #[test]
    fn what_names_no_key_is_never_nobody_and_never_everybody() {
        for sign in [
            json!({"code": "AWS_RISK_CREDENTIALS_EXPOSED"}),
            json!({"code": "AWS_RISK_CREDENTIALS_EXPOSED", "keys": [{}]}),
            json!({"code": "AWS_RISK_CREDENTIALS_EXPOSED", "keys": "AKIAONE"}),
            json!({"keys": [{"access_key_id": "AKIAONE"}]}),
            json!({"code": "AWS_RISK_CREDENTIALS_EXPOSED", "keys": [], "more": 1}),
            json!("AWS_RISK_CREDENTIALS_EXPOSED"),
        ] {
            assert!(signed(&sign).is_err(), "{sign}");
        }
        let by_user = signed(&json!({"code": "AWS_RISK_CREDENTIALS_EXPOSED", "users": ["ana"]})).unwrap();
        assert_eq!((by_user.compromised.len(), by_user.suspected.len(), by_user.unnamed), (0, 1, 1), "told, and loud");
        let quarantine = signed(&json!({"code": "AWS_RISK_IAM_QUARANTINE", "users": ["ana"]})).unwrap();
        assert_eq!((quarantine.suspected.len(), quarantine.unnamed), (1, 0));
    }
}
