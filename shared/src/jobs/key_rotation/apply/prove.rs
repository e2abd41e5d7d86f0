//! Proving a key: asking AWS, with it, whose it is. A new key takes AWS seconds to know everywhere.

use std::time::Duration;

use super::{Applier, Setback};
use crate::clock;
use crate::jobs::key_rotation::codes;
use crate::jobs::key_rotation::model::User;
use crate::report::Reason;
use crate::run::{Done, Steps};
use crate::secret::Secret;
use crate::services::aws::Kind;
use crate::services::sts::{Bearer, Owner};

/// A minute in all: about one new key in ten takes some seconds, few take longer.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(17),
    Duration::from_secs(25),
];

impl Applier<'_> {
    /// Says yes only if the key works and belongs to this very user of this very account.
    pub(super) async fn prove(
        &self,
        user: &User,
        key: &str,
        secret: &Secret,
        steps: &mut Steps<'_>,
    ) -> Result<(), Setback> {
        let bearer = Bearer::new(self.aws, key, secret);
        let mut pauses = PAUSES.iter();
        let whose = loop {
            match bearer.owner(&format!("key {key}")).await {
                Ok(whose) => break whose,
                Err(error) if matches!(error.kind, Kind::Denied | Kind::NoAnswer | Kind::Throttled) => {
                    match pauses.next() {
                        Some(pause) => clock::sleep(*pause).await,
                        None => return Err(Setback::unproven(key, &error)),
                    }
                }
                Err(error) => return Err(error.into()),
            }
        };
        is_its_own(key, &whose, self.terms.account, &user.id)?;
        steps.push(format!("proved key {key}"));
        Ok(())
    }
}

/// The ARN holds a path that may change; the id is this user's for ever.
fn is_its_own(key: &str, whose: &Owner, account: &str, user_id: &str) -> Result<(), Setback> {
    if whose.account == account && whose.user_id == user_id {
        return Ok(());
    }
    let message = format!("key {key} works and belongs to {} of account {}", whose.user_id, whose.account);
    let fix = "nothing was handed out; look into the secret and the user by hand";
    Err(Setback::Done(Box::new(Done::failed(Vec::new(), Reason::new(&codes::NOT_ITS_OWN, message, fix)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_works_and_is_anothers_is_handed_to_nobody() {
        let whose = |account: &str, user_id: &str| {
            let owner = Owner { account: account.to_owned(), user_id: user_id.to_owned() };
            match is_its_own("K", &owner, "111122223333", "AIDAANA") {
                Ok(()) => "its own".to_owned(),
                Err(Setback::Done(done)) => done.reason.unwrap().code.into_owned(),
                Err(Setback::Error(error)) => panic!("{error}"),
            }
        };
        assert_eq!(whose("111122223333", "AIDAANA"), "its own");
        assert_eq!(whose("111122223333", "AIDABEN"), "not-its-own");
        assert_eq!(whose("999999999999", "AIDAANA"), "not-its-own");
    }
}
