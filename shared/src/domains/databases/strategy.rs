//! How the secret of a login is rotated.

use serde::{Serialize, Serializer};

use super::{Login, OWNER_TAG};
use crate::services::tags::Tags;
use crate::text::printable;

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// One login, whose password changes: between that and the new value being handed out, the old one is refused.
    Single,
    /// Two logins that take turns, so that the old value works until the next rotation.
    Alternating,
    /// One login with two passwords, where the server has them.
    Dual,
}

impl Strategy {
    /// The tag that says it.
    pub const TAG: &'static str = "nightshift:rotation-strategy";
    const NAMES: [(&'static str, Self); 3] =
        [("single-user", Self::Single), ("alternating-users", Self::Alternating), ("dual-password", Self::Dual)];

    /// As its tag says, else as the secret's value does: whose master secret it names, that has a pair. `db-users` names the master in
    /// each secret it makes, whatever becomes of it, so there that says nothing.
    pub fn of(tags: &Tags, login: &Login) -> Result<Self, String> {
        let Some(text) = tags.get(Self::TAG) else {
            let asks_for_a_pair = login.master.is_some() && tags.get(OWNER_TAG).is_none();
            return Ok(if asks_for_a_pair { Self::Alternating } else { Self::Single });
        };
        let found = Self::NAMES.iter().find(|(name, _)| *name == text).map(|(_, strategy)| *strategy);
        found.ok_or_else(|| {
            let names = Self::NAMES.map(|(name, _)| name).join(" or ");
            format!("the tag {} is '{}', and has to be {names}", Self::TAG, printable(text))
        })
    }

    /// What says so, of a secret for which [`of`](Self::of) gives an answer.
    pub fn why(tags: &Tags, login: &Login) -> &'static str {
        match (tags.get(Self::TAG), tags.get(OWNER_TAG), &login.master) {
            (Some(_), _, _) => "its tag nightshift:rotation-strategy says so",
            (None, Some(_), _) => "db-users made it, and it has no tag nightshift:rotation-strategy",
            (None, None, Some(_)) => "it names a master's secret (masterarn), and no tag says otherwise",
            (None, None, None) => "it names no master's secret, and no tag says otherwise",
        }
    }

    /// As the events of `db-users` spell them.
    pub const SPELLINGS: [(&'static str, Self); 3] =
        [("single", Self::Single), ("multi", Self::Alternating), ("dual", Self::Dual)];

    /// As its tag has it.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, strategy)| *strategy == self).map_or("", |(name, _)| name)
    }
}

impl Serialize for Strategy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::sql::Engine;

    #[test]
    fn the_tag_says_it_and_then_the_secret_of_the_master() {
        let tagged = |own: Option<(&str, &str)>, tag: Option<&str>, master: Option<&str>| {
            let login = Login {
                engine: Engine::Postgres,
                host: "db.example".to_owned(),
                port: 5432,
                user: "app".to_owned(),
                database: None,
                tls_name: None,
                master: master.map(str::to_owned),
            };
            let tags: Tags = own.into_iter().chain(tag.map(|tag| (Strategy::TAG, tag))).collect();
            Strategy::of(&tags, &login)
        };
        let of = |tag, master| tagged(None, tag, master);
        let made_by_db_users = |tag, master| tagged(Some((OWNER_TAG, "app")), tag, master);
        assert_eq!(of(None, None), Ok(Strategy::Single));
        assert_eq!(of(None, Some("arn:m")), Ok(Strategy::Alternating));
        assert_eq!(of(Some("single-user"), Some("arn:m")), Ok(Strategy::Single));
        assert_eq!(made_by_db_users(None, Some("arn:m")), Ok(Strategy::Single), "it names the master in each");
        assert_eq!(made_by_db_users(Some("alternating-users"), Some("arn:m")), Ok(Strategy::Alternating));
        assert_eq!(of(Some("dual-password"), None), Ok(Strategy::Dual));
        assert_eq!(
            of(Some("multi"), None).unwrap_err(),
            "the tag nightshift:rotation-strategy is 'multi', and has to be single-user or alternating-users or dual-password"
        );
    }
}
