//! What happens to a user's secret, and whether the database gets its password.

use super::action::{DropSecret, RotationStep, SecretPlan, SecretStep, TagStep};
use super::{Note, Terms, Why};
use crate::domains::databases::names::CLONE;
use crate::domains::databases::token_of;
use crate::jobs::db_users::codes;
use crate::jobs::db_users::model::{Present, SecretFacts, SecretState, Server, Version, World};
use crate::jobs::db_users::request::{Auth, Rotation, UserRequest};
use crate::services::Read;
use crate::services::sql::Trial;

/// Said where somebody may log in by a password that will no longer be right.
pub(super) fn note_replaced(account: Account, secret: Option<&SecretPlan>) -> Option<Note> {
    let made = secret.is_some_and(|secret| matches!(secret.step, SecretStep::Create { .. }));
    (account.exists && account.login && made).then(|| Note {
        code: &codes::PASSWORD_REPLACED,
        message: "it is there already and has no secret: whoever logs in with its old password no longer can"
            .to_owned(),
        fix: Some("store that password in the secret first, as username, host and password, to keep it".to_owned()),
    })
}

/// What the database knows of the user.
#[expect(clippy::struct_excessive_bools, reason = "answers to six questions")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    /// It is there.
    pub exists: bool,
    /// And may log in.
    pub login: bool,
    /// From where this run is, too, so that its password can be tried.
    pub here: bool,
    /// Its password has run out.
    pub expired: bool,
    /// The server takes no password that it had before.
    pub remembers: bool,
    /// Another account of its name, for other hosts, goes by the same secret.
    pub shares: bool,
}

/// Decides for `user`, if it has a password at all.
pub(super) fn of_user(
    user: &UserRequest,
    account: Account,
    world: &World,
    terms: Terms<'_>,
) -> Result<Option<SecretPlan>, Why> {
    let Some(name) = user.secret.clone().filter(|_| user.auth == Auth::Password) else { return Ok(None) };
    let facts = world.secrets.get(&user.name).unwrap_or(&Read::NotAsked);
    let plan = decide(user, facts, account, &world.server, terms)?;
    Ok(Some(SecretPlan { name, ..plan }))
}

/// The secret that goes with `user`, if there is one that is its own and does not go already.
pub(super) fn to_drop(user: &UserRequest, world: &World, terms: Terms<'_>) -> Result<Option<DropSecret>, Why> {
    let Some(name) = user.secret.clone() else { return Ok(None) };
    let facts = match world.secrets.get(&user.name) {
        Some(Read::Known(facts)) => facts,
        None => return Ok(None),
        Some(unread) => return Err(unknown(name, unread)),
    };
    let present = match &facts.state {
        SecretState::Present(present) if !present.deleted => present,
        _ => return Ok(None),
    };
    may_be_written(user, facts, present, &world.server)?;
    let cancel_rotation = present.rotation.enabled;
    Ok(Some(DropSecret { name, cancel_rotation, recovery_days: terms.policy.recovery_days }))
}

/// Why nothing is decided by a secret that was not read.
fn unknown(name: String, unread: &Read<SecretFacts>) -> Why {
    match unread {
        Read::Unknown { said, fix, .. } => Why::SecretUnknown { name, said: said.clone(), fix: fix.clone() },
        _ => Why::SecretUnknown { name, said: "nobody looked".to_owned(), fix: "run this again".to_owned() },
    }
}

/// Decides for `user`, whose secret is as `facts` say.
fn decide(
    user: &UserRequest,
    facts: &Read<SecretFacts>,
    account: Account,
    server: &Server,
    terms: Terms<'_>,
) -> Result<SecretPlan, Why> {
    let facts = match facts {
        Read::Known(facts) => facts,
        unread => return Err(unknown(user.secret.clone().unwrap_or_default(), unread)),
    };
    let present = match &facts.state {
        SecretState::Absent => return created(user, account, facts, terms),
        SecretState::Present(present) => present,
    };
    may_be_written(user, facts, present, server)?;
    // What this function wrote itself it goes on with, or nobody would.
    let ours = |pending: &Version| pending.has_password && is_ours(pending, present);
    let strange = present.pending.as_ref().filter(|pending| !ours(pending));
    if !account.here && strange.is_some() {
        let said = "a new one is on its way (AWSPENDING), and the account takes no logins from here to try it by";
        return Err(Why::LoginUnknown { said: said.to_owned() });
    }
    if let Some(pending) = strange.filter(|_| present.rotation.enabled) {
        if user.rotation != Rotation::Off {
            return under_way(user, account, facts, present, pending);
        }
        may_end(&facts.name, present, pending)?;
    }
    let (step, stale_pending) = step(user, present, needs_another(user, account, present));
    let current = present.current.as_ref();
    let in_use = match &step {
        SecretStep::Promote { .. } => present.pending.as_ref(),
        _ => current,
    };
    let login = in_use.and_then(|version| version.username.clone()).filter(|name| is_clone_of(name, user));
    let trial = in_use.map_or(&Trial::NotTried, |version| &version.trial);
    if let Trial::Unknown(said) = trial {
        return Err(Why::LoginUnknown { said: said.clone() });
    }
    if let Some(login) = login.clone().filter(|_| *trial == Trial::Refused) {
        return Err(Why::AlternateRefused { login });
    }
    let new_password = matches!(&step, SecretStep::Stage { new_password: true, .. });
    // Whether the database got it before an earlier run died, nobody can tell: it gets it again.
    let promotes_untried = !account.here && matches!(step, SecretStep::Promote { .. });
    // The second of a pair is what its rotation makes of it; the first one's password is then nobody's to know.
    let sets_password = login.is_none()
        && (new_password
            || promotes_untried
            || !account.exists
            || !account.login
            || matches!(trial, Trial::Refused | Trial::Expired));
    let kms_key = terms.request.kms_key.clone().filter(|key| !is_key(present.kms_key.as_deref(), key));
    Ok(SecretPlan {
        name: facts.name.clone(),
        step,
        login: login.unwrap_or_else(|| user.name.clone()),
        sets_password,
        untried: !account.here,
        stale_pending,
        kms_key,
        tag: tag(user, Some(present)),
        rotation: rotation(user, Some(present), terms)?,
    })
}

/// A rotation is under way, and nobody else writes the secret meanwhile. Only what its first step goes by is put right where
/// that step has not been done: one that fails by it would be tried for ever, and nothing could mend it.
fn under_way(
    user: &UserRequest,
    account: Account,
    facts: &SecretFacts,
    present: &Present,
    pending: &Version,
) -> Result<SecretPlan, Why> {
    let (name, tag) = (facts.name.clone(), tag(user, Some(present)));
    if tag == TagStep::AsIs || pending.has_value || !account.exists || !account.login {
        return Err(Why::RotationPending { name });
    }
    Ok(SecretPlan {
        name,
        step: SecretStep::Keep,
        login: user.name.clone(),
        sets_password: false,
        untried: !account.here,
        stale_pending: None,
        kms_key: None,
        tag,
        rotation: RotationStep::AsIs,
    })
}

/// Whether a rotation may end here that left something on its way: the server has to take that, or what is current.
fn may_end(name: &str, present: &Present, pending: &Version) -> Result<(), Why> {
    let current = present.current.as_ref().map_or(&Trial::NotTried, |current| &current.trial);
    for trial in [&pending.trial, current] {
        match trial {
            Trial::Works => return Ok(()),
            Trial::Unknown(said) => return Err(Why::LoginUnknown { said: said.clone() }),
            Trial::NotTried | Trial::Refused | Trial::Expired => {}
        }
    }
    Err(Why::NeitherWorks { name: name.to_owned() })
}

fn created(user: &UserRequest, account: Account, facts: &SecretFacts, terms: Terms<'_>) -> Result<SecretPlan, Why> {
    let token = token_of(&[&facts.name, "", "create"]);
    Ok(SecretPlan {
        name: facts.name.clone(),
        step: SecretStep::Create { token, kms_key: terms.request.kms_key.clone() },
        login: user.name.clone(),
        sets_password: true,
        untried: !account.here,
        stale_pending: None,
        kms_key: None,
        tag: tag(user, None),
        rotation: rotation(user, None, terms)?,
    })
}

/// A secret is written only if it is ours or already is this user's: an event must not be able to overwrite another's.
fn may_be_written(user: &UserRequest, facts: &SecretFacts, present: &Present, server: &Server) -> Result<(), Why> {
    let name = facts.name.clone();
    if let Some(by) = &present.managed_by {
        return Err(Why::SecretManaged { name, by: by.clone() });
    }
    let newest = present.current.as_ref().or(present.pending.as_ref());
    let username = newest.and_then(|version| version.username.clone());
    let host = newest.and_then(|version| version.host.clone());
    let same_user = username.as_deref().is_some_and(|found| found == user.name || is_clone_of(found, user));
    let same_host = host.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(&server.host));
    // Ours, but somebody put another user into it since: then it is theirs. Or it is of our user of the same name on
    // another server; a server that goes by a new name takes the old password, and only then is it the same one.
    let taken_over = username.is_some() && !same_user;
    let elsewhere = host.is_some() && !same_host && newest.is_none_or(|version| version.trial != Trial::Works);
    if (present.ours && !taken_over && !elsewhere) || (same_user && same_host) {
        return Ok(());
    }
    Err(Why::SecretOfAnother { name, username, host })
}

/// Whether the stored password is none the server would take: it has run out, or it is to be set and the server remembers it.
fn needs_another(user: &UserRequest, account: Account, present: &Present) -> bool {
    let trial = present.current.as_ref().map(|current| &current.trial);
    let is_set_anew = account.exists && (!account.login || trial == Some(&Trial::Refused));
    account.expired
        || trial == Some(&Trial::Expired)
        || (account.remembers && is_set_anew)
        || may_be_of_old(user, account, present)
}

/// Whether the stored password may be one that was deleted: a secret of ours that is there while nobody can log in by it may
/// have come back just now, by a run that died right behind that.
fn may_be_of_old(user: &UserRequest, account: Account, present: &Present) -> bool {
    let username = present.current.as_ref().and_then(|current| current.username.as_deref());
    let is_pairs = username.is_some_and(|username| is_clone_of(username, user));
    let logs_in = account.exists && account.login;
    present.ours && !is_pairs && !account.shares && !logs_in
}

/// The id of the version that takes the place of the current one, if it is this function's to write. One that brings a
/// secret back has an id that no other deletion of the secret has, and that is known again when the secret is back.
fn token_of_stage(present: &Present) -> String {
    if present.deleted {
        let half = &token_of(&[&present.arn, &present.deletion, "return"])[..HALF];
        return format!("{half}{}", seal(present, half));
    }
    let from = present.current.as_ref().map_or("", |current| &current.id);
    token_of(&[&present.arn, from, "stage"])
}

/// Of the digits of an id.
const HALF: usize = 16;

/// The second half of the id of a version that brought a secret back.
fn seal(present: &Present, half: &str) -> String {
    token_of(&[&present.arn, half, "returned"])[..HALF].to_owned()
}

/// Whether this function wrote a version that is still coming: in the place of the current one, or to bring the secret back.
fn is_ours(pending: &Version, present: &Present) -> bool {
    let returned = pending.id.split_at_checked(HALF).is_some_and(|(half, rest)| rest == seal(present, half));
    pending.id == token_of_stage(present) || returned
}

/// The new value, and a version that wrongly says it is coming.
fn step(user: &UserRequest, present: &Present, another: bool) -> (SecretStep, Option<String>) {
    let from = present.current.as_ref().map(|current| current.id.clone());
    let token = token_of_stage(present);
    let pending_id = present.pending.as_ref().map(|pending| pending.id.clone());
    let stage = |new_password, keys| SecretStep::Stage {
        token: token.clone(),
        from: from.clone(),
        restore: present.deleted,
        new_password,
        keys,
    };
    if present.deleted {
        // What was deleted may have been deleted because it leaked: it does not come into use again.
        return (stage(true, Vec::new()), pending_id.filter(|id| *id != token));
    }
    if let Some(pending) = &present.pending {
        let ours = is_ours(pending, present) && pending.has_password;
        let current_works = present.current.as_ref().is_some_and(|current| current.trial == Trial::Works);
        // Where a rotation ends, the server may take both: a second login, or a second password, which is the one before.
        let ends = user.rotation == Rotation::Off;
        if ours || (pending.trial == Trial::Works && (ends || !current_works)) {
            return (SecretStep::Promote { version: pending.id.clone(), from }, None);
        }
    }
    let Some(current) = present.current.as_ref().filter(|current| current.has_password && !another) else {
        return (stage(true, Vec::new()), pending_id.filter(|id| *id != token));
    };
    let keys = stale(user, current);
    let step = if keys.is_empty() { SecretStep::Keep } else { stage(false, keys) };
    // A rotation may leave it so, and then it is the rotation's to take away.
    let lingering = (present.lingering && !present.rotation.enabled).then(|| current.id.clone());
    (step, pending_id.or(lingering))
}

/// What of a version has to be written anew.
fn stale(user: &UserRequest, current: &Version) -> Vec<String> {
    let paired = current.username.as_deref().is_some_and(|name| is_clone_of(name, user));
    let matters = |key: &&String| match key.as_str() {
        // Only the rotation of pairs reads it.
        "masterarn" => user.is_paired(),
        "username" => !paired,
        _ => true,
    };
    current.stale.iter().filter(matters).cloned().collect()
}

fn rotation(user: &UserRequest, present: Option<&Present>, terms: Terms<'_>) -> Result<RotationStep, Why> {
    let now = present.map(|present| present.rotation.clone()).unwrap_or_default();
    Ok(match &user.rotation {
        Rotation::Off if now.enabled => RotationStep::Off,
        Rotation::Off | Rotation::AsIs => RotationStep::AsIs,
        Rotation::On { strategy: _, function, schedule, immediately } => {
            let wanted = function.clone().or_else(|| terms.policy.rotation_function.clone());
            let function = wanted.ok_or(Why::NoRotationFunction)?;
            if now.enabled
                && now.function.as_deref() == Some(&*function)
                && now.schedule.as_deref() == Some(&**schedule)
            {
                RotationStep::AsIs
            } else {
                RotationStep::On { function, schedule: schedule.clone(), immediately: *immediately }
            }
        }
    })
}

/// The function that rotates goes by the tag: an event that says how has it say so, and one that ends the rotation has it say
/// nothing.
fn tag(user: &UserRequest, present: Option<&Present>) -> TagStep {
    let now = present.and_then(|present| present.strategy.as_deref());
    match &user.rotation {
        Rotation::On { strategy, .. } if now != Some(strategy.as_str()) => TagStep::Say(*strategy),
        Rotation::Off if now.is_some() => TagStep::Nothing,
        Rotation::On { .. } | Rotation::Off | Rotation::AsIs => TagStep::AsIs,
    }
}

fn is_clone_of(name: &str, user: &UserRequest) -> bool {
    name.strip_suffix(CLONE) == Some(user.name.as_str())
}

/// Whether `found`, an ARN, alias or id as AWS has it, is the key `wanted`, which may be any of these.
fn is_key(found: Option<&str>, wanted: &str) -> bool {
    let id = |key: &str| key.rsplit_once("key/").map_or_else(|| key.to_owned(), |(_, id)| id.to_owned());
    let alias = |key: &str| key.find("alias/").map(|at| key[at..].to_owned());
    match found {
        Some(found) => id(found) == id(wanted) || (alias(found).is_some() && alias(found) == alias(wanted)),
        None => alias(wanted).as_deref() == Some("alias/aws/secretsmanager"),
    }
}
