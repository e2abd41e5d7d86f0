//! `key-rotation` as a subject: what it has to call, at the least, in accounts of hundreds of users and more.

use std::sync::Arc;

use super::iam::{NOW, PAGE, Users};
use super::{Account, Calls, Load, Subject, Waits};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct KeyRotation;

/// The default of `NIGHTSHIFT_CONCURRENCY`.
const CONCURRENCY: u32 = 8;
/// One after the other for each rotation: look again (all at once), policy and proof at once, what is written of it, intent, key,
/// its id, value, call, labels, move.
const CHAIN: u32 = 10;
/// How many users are asked about at once.
const READS_AT_ONCE: u32 = 16;

impl Subject for KeyRotation {
    const NAME: &'static str = "key-rotation";
    const LEAST: &'static str = "every page of users, the keys of each; for each that is due, twice: how its secret stands, \
        its versions, its last use; once: the user itself and its keys again, the secret's policy, read and written, a proof that it can be \
        written, the intent, the key, its id, its value, a call with it, the labels, and moving the one. Its floor: the pages of \
        users and their keys, sixteen at once, then the calls of each rotation one after the other, for as many users at \
        once as `NIGHTSHIFT_CONCURRENCY` allows by default";

    fn policy(&self) -> Vec<(&'static str, &'static str)> {
        vec![("NIGHTSHIFT_NOW", NOW), ("NIGHTSHIFT_MODE", "apply"), ("NIGHTSHIFT_MAX_ROTATIONS", "10000")]
    }

    fn quiet_account(&self) -> Arc<dyn Account> {
        Arc::new(Users::new(10, false))
    }

    fn loads(&self, quick: bool) -> Vec<Load> {
        let sizes = if quick { &[100][..] } else { &[100, 2_000] };
        sizes.iter().map(|&users| load(users)).collect()
    }

    fn waits(&self) -> Vec<Waits> {
        let of = |account| load_of(12, account);
        vec![Waits { what: "key that is rotated", few: of(Users::dozen(12)), many: of(Users::dozen(3)), least: CHAIN }]
    }
}

/// An account of so many users, one in ten of them due.
pub fn load(users: u16) -> Load {
    load_of(users, Users::new(users, true))
}

fn load_of(users: u16, account: Users) -> Load {
    let (users, due) = (u32::from(users), account.due());
    let pages = users.div_ceil(PAGE.into());
    Load {
        what: format!("{users} users, {due} due"),
        account: Arc::new(account),
        policy: Vec::new(),
        changed: due,
        least: least(pages, users, due),
        floor_in_calls: pages + users.div_ceil(READS_AT_ONCE) + due.div_ceil(CONCURRENCY) * CHAIN,
        time_is_judged: users == 2_000,
        // The pages, the keys of each user, six calls for each that is due.
        boto3_calls: pages + users + 6 * due,
        boto3_is_run: true,
    }
}

/// The least calls that can do the job safely.
fn least(pages: u32, users: u32, due: u32) -> Calls {
    let least = [
        ("GetAccountAuthorizationDetails", pages),
        ("ListAccessKeys", users + due),
        ("GetAccessKeyLastUsed", 2 * due),
        ("DescribeSecret", 3 * due),
        ("ListSecretVersionIds", 2 * due),
        ("GetUser", due),
        ("GetResourcePolicy", due),
        ("PutResourcePolicy", due),
        ("PutSecretValue", 2 * due),
        ("TagUser", 2 * due),
        ("CreateAccessKey", due),
        ("GetCallerIdentity", due),
        ("UpdateSecretVersionStage", due),
    ];
    least.into_iter().map(|(action, times)| (action.to_owned(), u64::from(times))).collect()
}
