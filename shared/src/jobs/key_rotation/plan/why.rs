//! Why a user is left alone: a closed list. Each reason has a code for machines, a sentence for people and the next step.
//! The list in `docs/key-rotation.md` is checked against this one.

use jiff::Timestamp;

use crate::domains::keys::naming;
use crate::domains::keys::tags::{self, KeyNotice};
use crate::jobs::key_rotation::codes;
use crate::jobs::key_rotation::request::Phase;
use crate::report::{self, Code, Outcome, Reason};
use crate::services::tags::Tags;
use crate::text::printable;

/// See the module.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the message of each says what it is")]
pub enum Why {
    Excluded { pattern: String },
    NotIncluded,
    NoSuchUser,
    NoSuchKey { key: String, said: String },
    NothingToRollBack,
    NoKeys,
    PreflightUnknown { call: &'static str, said: String },
    TooManyKeys { count: usize },
    NotDue { at: Timestamp },
    NotThisPhase { phase: Phase, would: String },
    Unsettled { key: String },
    PendingInactive { key: String },
    SecretNotOurs { secret: String, user_id: String },
    SecretOfAnother { secret: String, of: String },
    SecretStale { secret: String },
    SecretRuled { secret: String, by: String },
    SecretLeaving { secret: String },
    SecretAstray { secret: String, key: String, old: String, stored: Option<String> },
    TagLimit { has: usize },
    NoSlot { key: String, because: &'static str },
    Overlap { key: String, until: Timestamp },
    InUse { key: String, until: Timestamp },
    NotTakenOver { key: String, new: String, until: Option<Timestamp> },
    RolledBack { key: String },
    LeakedActive { key: String },
    LeakedKept { keys: Vec<String> },
    Suspected { keys: Vec<String> },
    NobodysKey { key: String, said: String },
    Quarantined { key: String, policy: String },
    Unclaimed { user: String, key: String },
    Unused { key: String, at: Timestamp },
    Recovering { key: String, until: Timestamp },
    NoCurrent { key: String },
    CurrentOff { key: String },
    OnlyInactive { keys: Vec<String> },
    TwoKeys { keys: Vec<String> },
    Untold { kind: KeyNotice, key: String },
    OwnerChanges { kind: KeyNotice, key: String, owners: usize, again: Timestamp },
}

impl Why {
    /// How the report counts it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::NoSuchUser | Self::NoSuchKey { .. } => Outcome::Failed,
            Self::NotDue { .. } => Outcome::AlreadyRight,
            _ => Outcome::Skipped,
        }
    }

    /// Whether a person has to do something before it can go on: counted in the `Blocked` metric.
    pub fn is_a_blocker(&self) -> bool {
        matches!(
            self,
            Self::PreflightUnknown { .. }
                | Self::TooManyKeys { .. }
                | Self::PendingInactive { .. }
                | Self::SecretNotOurs { .. }
                | Self::SecretOfAnother { .. }
                | Self::SecretStale { .. }
                | Self::SecretRuled { .. }
                | Self::SecretLeaving { .. }
                | Self::SecretAstray { .. }
                | Self::Suspected { .. }
                | Self::NobodysKey { .. }
                | Self::Quarantined { .. }
                | Self::Unclaimed { .. }
                | Self::TagLimit { .. }
                | Self::NoSlot { .. }
                | Self::NoCurrent { .. }
                | Self::CurrentOff { .. }
                | Self::TwoKeys { .. }
                | Self::Untold { .. }
                | Self::OwnerChanges { .. }
        )
    }

    /// Whether an old key goes on working past its time: counted in the `Held` metric.
    pub fn is_a_hold(&self) -> bool {
        matches!(
            self,
            Self::InUse { .. } | Self::NotTakenOver { .. } | Self::RolledBack { .. } | Self::LeakedActive { .. }
        )
    }

    /// The reason as a report has it.
    pub fn reason(&self) -> Reason {
        Reason::of(self.code(), self.message(), self.fix())
    }

    /// For machines.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::Excluded { .. } => &codes::EXCLUDED,
            Self::NotIncluded => &codes::NOT_INCLUDED,
            Self::NoSuchUser => &codes::NO_SUCH_USER,
            Self::NoSuchKey { .. } => &codes::NO_SUCH_KEY,
            Self::NothingToRollBack => &codes::NOTHING_TO_ROLL_BACK,
            Self::NoKeys => &codes::NO_KEYS,
            Self::PreflightUnknown { .. } => &codes::PREFLIGHT_UNKNOWN,
            Self::TooManyKeys { .. } => &codes::TOO_MANY_KEYS,
            Self::NotDue { .. } => &codes::NOT_DUE,
            Self::NotThisPhase { .. } => &codes::NOT_THIS_PHASE,
            Self::Unsettled { .. } => &codes::UNSETTLED,
            Self::PendingInactive { .. } => &codes::PENDING_INACTIVE,
            Self::SecretNotOurs { .. } => &codes::SECRET_NOT_OURS,
            Self::SecretOfAnother { .. } => &codes::SECRET_OF_ANOTHER,
            Self::SecretStale { .. } => &codes::SECRET_STALE,
            Self::SecretRuled { .. } => &codes::SECRET_RULED,
            Self::SecretLeaving { .. } => &codes::SECRET_LEAVING,
            Self::SecretAstray { .. } => &codes::SECRET_ASTRAY,
            Self::TagLimit { .. } => &codes::TAG_LIMIT,
            Self::NoSlot { .. } => &codes::NO_SLOT,
            Self::Overlap { .. } => &codes::OVERLAP,
            Self::InUse { .. } => &codes::IN_USE,
            Self::NotTakenOver { .. } => &codes::NOT_TAKEN_OVER,
            Self::RolledBack { .. } => &codes::ROLLED_BACK,
            Self::LeakedActive { .. } => &codes::LEAKED_ACTIVE,
            Self::LeakedKept { .. } => &codes::LEAKED_KEPT,
            Self::Suspected { .. } => &codes::SUSPECTED,
            Self::NobodysKey { .. } => &codes::NOBODYS_KEY,
            Self::Quarantined { .. } => &codes::QUARANTINED,
            Self::Unclaimed { .. } => &codes::UNCLAIMED,
            Self::Unused { .. } => &codes::UNUSED,
            Self::Recovering { .. } => &codes::RECOVERING,
            Self::NoCurrent { .. } => &codes::NO_CURRENT,
            Self::CurrentOff { .. } => &codes::CURRENT_OFF,
            Self::OnlyInactive { .. } => &codes::ONLY_INACTIVE,
            Self::TwoKeys { .. } => &codes::TWO_KEYS,
            Self::Untold { .. } => &report::codes::NOT_TOLD,
            Self::OwnerChanges { .. } => &codes::OWNER_CHANGES,
        }
    }

    /// For people: what is the case.
    pub fn message(&self) -> String {
        match self {
            Self::Excluded { pattern } => format!("'{}' of NIGHTSHIFT_EXCLUDE excludes it", printable(pattern)),
            Self::NotIncluded => "the event names it, but no pattern of NIGHTSHIFT_INCLUDE does".to_owned(),
            Self::NoSuchUser => "the event names it, but there is no such IAM user in this account".to_owned(),
            Self::NoSuchKey { key, said } => format!("the event names key {key}, which is no key here: {said}"),
            Self::NothingToRollBack => "no key of it was switched off by this tool and is still there".to_owned(),
            Self::NoKeys => "it has no access key".to_owned(),
            Self::PreflightUnknown { call, said } => format!("{call} gave no answer to decide by: {said}"),
            Self::TooManyKeys { count } => format!("it has {count} keys, more than the two AWS allows"),
            Self::NotDue { at } => format!("its key is rotated from {at} on"),
            Self::NotThisPhase { phase, would } => {
                format!("this run leaves out the phase '{}', which would {would}", phase.as_str())
            }
            Self::Unsettled { key } => format!("key {key} was minted moments ago and another run may be storing it"),
            Self::PendingInactive { key } => {
                format!("key {key} was stored and somebody switched it off before it was proven")
            }
            Self::SecretNotOurs { secret, .. } => {
                format!("secret {secret} is there and does not bear this tool's mark")
            }
            Self::SecretOfAnother { secret, of } => {
                format!(
                    "secret {secret} belongs to user id {}: an earlier user of that name, or a renamed one",
                    printable(of)
                )
            }
            Self::SecretStale { secret } => format!("secret {secret} hands out what is no key of the user's any more"),
            Self::SecretRuled { secret, by } => {
                format!("secret {secret} is left alone: {}", printable(by))
            }
            Self::SecretLeaving { secret } => {
                format!(
                    "secret {secret} is being deleted, so nobody can fetch the new key from it; the old one is kept"
                )
            }
            Self::SecretAstray { secret, key, old, stored } => format!(
                "secret {secret} does not hand out new key {key}: {}; old key {old} is kept",
                match stored {
                    Some(_) => "somebody wrote something else into it",
                    None => "the secret it was stored in is gone, or has another name or prefix by now",
                }
            ),
            Self::TagLimit { has } => {
                format!("the user has {has} of {} tags and a rotation needs room for more", Tags::LIMIT)
            }
            Self::NoSlot { key, because } => {
                format!("its key is due and key {key} takes the only other slot: {because}")
            }
            Self::Overlap { key, until } => format!("old key {key} stays active until {until}"),
            Self::InUse { key, until } => {
                format!("old key {key} is still in use and is held; it is switched off at {until} even so")
            }
            Self::NotTakenOver { key, new, until: Some(until) } => {
                format!(
                    "old key {key} is kept: nobody has fetched or used new key {new}; it is switched off at {until} even so"
                )
            }
            Self::NotTakenOver { key, new, until: None } => {
                format!("old key {key} is kept: nobody has fetched or used new key {new}")
            }
            Self::RolledBack { key } => format!("old key {key} was switched on again after it had been switched off"),
            Self::LeakedActive { key } => format!("key {key} is known to have leaked and was switched on again"),
            Self::LeakedKept { keys } => match keys.as_slice() {
                [key] => format!("leaked key {key} is off and is kept for the investigation"),
                keys => format!("leaked keys {} are off and are kept for the investigation", keys.join(", ")),
            },
            Self::Suspected { keys } => {
                format!("AWS suspects these credentials, and people were told: {}", keys.join(", "))
            }
            Self::NobodysKey { key, said } => format!("AWS suspects key {key}, which is no key here: {said}"),
            Self::Quarantined { key, policy } => {
                format!(
                    "key {key} is off and kept: {} is attached to its user, so it may be the one that leaked",
                    printable(policy)
                )
            }
            Self::Unclaimed { key, .. } => {
                format!(
                    "key {key} appeared when a run was about to mint one and lost AWS's answer; it may be its owner's own"
                )
            }
            Self::Unused { key, at } => {
                format!("nobody uses key {key}, and its owner knows that it is switched off at {at}")
            }
            Self::Recovering { key, until } => format!("old key {key} is off and is deleted from {until} on"),
            Self::NoCurrent { key } => {
                format!("old key {key} is off and kept: no other key of the user is stored, proven and active")
            }
            Self::CurrentOff { key } => format!("key {key}, which its secret hands out, is switched off"),
            Self::OnlyInactive { keys } => format!("all its keys are switched off: {}", keys.join(", ")),
            Self::TwoKeys { keys } => format!("{OTHER_SLOT}: {}", keys.join(", ")),
            Self::Untold { kind, key } => {
                format!("nobody could be told '{}' about key {key}: no channel is configured", kind.as_str())
            }
            Self::OwnerChanges { kind, key, owners, again } => untold_owner(*kind, key, *owners, *again),
        }
    }

    fn fix(&self) -> Option<String> {
        let fix = match self {
            Self::Excluded { .. }
            | Self::NotDue { .. }
            | Self::Overlap { .. }
            | Self::Recovering { .. }
            | Self::NoKeys
            | Self::NotThisPhase { .. } => return None,
            Self::NotIncluded => "add it to NIGHTSHIFT_INCLUDE, or leave it out of the event",
            Self::NoSuchUser => "check the spelling; nothing else was touched in its place",
            Self::NoSuchKey { .. } => {
                "check the key id and the account; switch the key off by hand if it is of another account"
            }
            Self::NothingToRollBack => {
                "switch a key on by hand (aws iam update-access-key --status Active) if one is there"
            }
            Self::PreflightUnknown { call, .. } => {
                return Some(format!("allow {call} in the function's role, or wait for the next run"));
            }
            Self::TooManyKeys { .. } => "delete those nobody uses by hand, until two are left",
            Self::Unsettled { .. } => "the next run looks again",
            Self::PendingInactive { .. } => "delete that key by hand, or switch it on and the next run proves it",
            Self::SecretNotOurs { secret, user_id } => {
                return Some(format!(
                    "if it may be used for this, hand it over: aws secretsmanager tag-resource --secret-id {secret} --tags Key={},Value={user_id}; \
                     else move it or set another NIGHTSHIFT_SECRET_PREFIX",
                    tags::USER_ID
                ));
            }
            Self::SecretOfAnother { secret, of } => {
                return Some(format!(
                    "see whether that user is still there: aws iam list-users --query \"Users[?UserId=='{}'].UserName\"; only if it is not, \
                     and nobody needs the secret: aws secretsmanager delete-secret --secret-id {secret}; it is gone after its recovery window",
                    of.chars().filter(char::is_ascii_alphanumeric).collect::<String>()
                ));
            }
            Self::SecretStale { .. } => "have the owner use another key; the next rotation writes the secret anew",
            Self::SecretRuled { .. } => {
                "end that, or have this tool use another place (NIGHTSHIFT_SECRET_PREFIX, NIGHTSHIFT_SECRET_REGION)"
            }
            Self::SecretLeaving { secret } => {
                return Some(format!(
                    "take it back: aws secretsmanager restore-secret --secret-id {secret}; then the next run goes on"
                ));
            }
            Self::SecretAstray { secret, stored: Some(version), .. } => {
                return Some(format!(
                    "have it hand out the new key again: aws secretsmanager update-secret-version-stage --secret-id {secret} \
                     --version-stage AWSCURRENT --move-to-version-id {version} --remove-from-version-id THE_ONE_THAT_HAS_IT"
                ));
            }
            Self::SecretAstray { .. } => {
                "if its owner has the new key, delete the old one by hand once nothing uses it; if not, delete the new one, and \
                 the next run mints another"
            }
            Self::Suspected { .. } => {
                "look at what they were used for (AWS CloudTrail); if they leaked, have them switched off: an event with 'compromised'"
            }
            Self::NobodysKey { .. } => {
                "look at whose it is: a session's ends with its role's sessions, another account's there"
            }
            Self::Quarantined { .. } => {
                "follow the AWS Support case, then detach that policy; the next run goes on from there"
            }
            Self::Unclaimed { user, key } => {
                return Some(delete_by_hand(user, key));
            }
            Self::Unused { .. } => "use it if it is needed, and it stays",
            Self::TagLimit { .. } => "remove tags it does not need",
            Self::NoSlot { .. } => "delete that key once nobody needs it; then the next run rotates",
            Self::InUse { .. } => {
                "find who still uses it (the item shows service and Region) and have them fetch the new key"
            }
            Self::NotTakenOver { .. } => {
                "have the owner fetch the new key and use it; if nobody needs either, delete the old one by hand"
            }
            Self::RolledBack { key } => {
                return Some(format!(
                    "find out what still needs it; when nothing does, switch it off by hand and the next run goes on with {key}"
                ));
            }
            Self::LeakedActive { .. } => "switch it off at once: aws iam update-access-key --status Inactive",
            Self::LeakedKept { .. } => "delete it by hand when the investigation is over; until then it takes a slot",
            Self::NoCurrent { .. } => {
                "delete it by hand if nobody needs it; this tool keeps it so that somebody can come back to it"
            }
            Self::CurrentOff { .. } => {
                "switch it on again, or delete it by hand; the other key is then rotated in its time"
            }
            Self::OnlyInactive { .. } => {
                "delete them by hand if nobody needs them, or set NIGHTSHIFT_INACTIVE_KEYS=delete"
            }
            Self::TwoKeys { .. } => "have the owner give up one of them; then the next run rotates the other",
            Self::Untold { .. } => {
                "configure a channel; until then rotation goes on and no old key is taken from anybody"
            }
            Self::OwnerChanges { .. } => ONE_OWNER,
        };
        Some(fix.to_owned())
    }
}

/// What ends the changes of a user's owner.
const ONE_OWNER: &str = "find out what writes its tags of owner and mail anew, and have them name one owner; with one who was told, the next run \
                         goes on";

fn untold_owner(kind: KeyNotice, key: &str, owners: usize, again: Timestamp) -> String {
    format!(
        "its owner was not told '{}' about key {key}: its tags name one owner after another, and {owners} of them were told within 30 \
         days; no key is taken before its owner knows; another owner is told from {again} on",
        kind.as_str()
    )
}

const OTHER_SLOT: &str = "a key is due and the other slot is taken by a key that did not take its place";

fn delete_by_hand(user: &str, key: &str) -> String {
    let id = naming::id_in_a_command(user, key);
    format!("if nobody made it by hand: aws iam delete-access-key --user-name {user} --access-key-id {id}")
}
