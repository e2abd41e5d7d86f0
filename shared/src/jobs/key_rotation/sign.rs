//! What AWS says of keys that may be in wrong hands, as an event carries it: a code, and the keys or users it is about. Which
//! code switches a key off and which is only passed on is for the policy to say.

use serde_json::Value;

use super::model::Compromised;
use crate::run::event::Fields;
use crate::text::printable;

/// See the module.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sign {
    /// What AWS calls it.
    pub(super) code: String,
    /// The keys it is about.
    pub(super) keys: Vec<Compromised>,
    /// The users it is about, where it names no key of theirs.
    pub(super) users: Vec<String>,
    /// How many more it is about that have no name.
    pub(super) unnamed: usize,
}

const SHAPE: &str =
    "'sign' must be {\"code\": …, \"keys\": [{\"access_key_id\": …, \"user\": …}], \"users\": […], \"unnamed\": 0}";

/// `None` if the event gives none.
pub(super) fn read(fields: &mut Fields) -> Option<Sign> {
    let value = fields.narrowing("sign")?;
    let Some(sign) = Sign::of(&value) else {
        return fields.fault(SHAPE.to_owned());
    };
    if sign.keys.is_empty() && sign.users.is_empty() && sign.unnamed == 0 {
        let code = printable(&sign.code);
        return fields.fault(format!("the sign '{code}' is about no key and no user: nothing can be done about it"));
    }
    Some(sign)
}

impl Sign {
    fn of(value: &Value) -> Option<Self> {
        let known = ["code", "keys", "users", "unnamed"];
        let object = value.as_object().filter(|object| object.keys().all(|key| known.contains(&key.as_str())))?;
        let list = |key: &str| match object.get(key) {
            None => Some(Vec::new()),
            Some(list) => list.as_array().cloned(),
        };
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let key = |value: &Value| {
            let user = value.get("user").and_then(text);
            Some(Compromised { user, known: false, key: Compromised::id(&value.get("access_key_id").and_then(text)?) })
        };
        Some(Self {
            code: object.get("code").and_then(text)?,
            keys: list("keys")?.iter().map(key).collect::<Option<_>>()?,
            users: list("users")?.iter().map(text).collect::<Option<_>>()?,
            unnamed: match object.get("unnamed") {
                None => 0,
                Some(number) => usize::try_from(number.as_u64()?).ok()?,
            },
        })
    }
}
