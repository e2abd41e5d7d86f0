//! Writing: what AWS checks, in its order, and what becomes of it.

use jiff::Timestamp;

use super::read::{invalid, no_user};
use super::state::{Iam, Key, MOST_KEYS, User};
use super::{Deed, Effect, Outcome};
use crate::aged::Tags;
use crate::wire::{Answered, Refusal, Request, Xml};

/// So many tags can a user have (IAM User Guide, "Rules for tagging in IAM").
const MOST_TAGS: usize = 50;

impl Iam {
    fn writes(&mut self, request: &mut Request) -> Answered<&mut User> {
        let name = request.needed("UserName")?;
        self.named_mut(&name).ok_or_else(|| no_user(&name))
    }

    pub(super) fn create_key(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let name = request.needed("UserName")?;
        request.done()?;
        let id = self.named(&name).ok_or_else(|| no_user(&name))?.id.clone();
        let key = self.add_key(&id, now, true)?;
        let body = Xml::answer("CreateAccessKey", |xml| {
            xml.within("AccessKey", |xml| {
                xml.leaf("UserName", &name);
                xml.leaf("AccessKeyId", &key.id);
                xml.leaf("Status", "Active");
                xml.leaf("SecretAccessKey", &key.secret);
                xml.leaf("CreateDate", key.created);
            });
        });
        Ok(Outcome::did(body, Effect { user: id, deed: Deed::Minted { key: key.id } }))
    }

    /// Makes a key of the user `id`, where there is room.
    pub fn add_key(&mut self, id: &str, now: Timestamp, of_a_run: bool) -> Answered<Key> {
        let name = self.users.get(id).map(|user| user.name.clone()).ok_or_else(|| no_user(id))?;
        let key = self.new_key(&name, now, of_a_run);
        let added = self.users.get_mut(id).and_then(|user| {
            user.change_keys(now, |keys| {
                let has_room = keys.len() < MOST_KEYS;
                has_room.then(|| keys.push(key.clone()))
            })
        });
        let full =
            || Refusal::of(409, "LimitExceeded", format!("Cannot exceed quota for AccessKeysPerUser: {MOST_KEYS}"));
        added.map(|()| key).ok_or_else(full)
    }

    pub(super) fn update_key(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let (key, status) = (request.needed("AccessKeyId")?, request.needed("Status")?);
        let on = match status.as_str() {
            "Active" => true,
            "Inactive" => false,
            other => return Err(invalid(format!("Status is {other}"))),
        };
        let user = self.writes(request)?;
        request.done()?;
        let changed = user.change_keys(now, |keys| {
            keys.iter_mut().find(|one| one.id == key)?.active = on;
            Some(())
        });
        changed.ok_or_else(|| no_key(&key))?;
        let effect = Effect { user: user.id.clone(), deed: Deed::Switched { key, on } };
        Ok(Outcome::did(Xml::answer("UpdateAccessKey", |_| {}), effect))
    }

    pub(super) fn delete_key(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let key = request.needed("AccessKeyId")?;
        let user = self.writes(request)?;
        request.done()?;
        let gone = user.change_keys(now, |keys| {
            let place = keys.iter().position(|one| one.id == key)?;
            keys.remove(place);
            Some(())
        });
        gone.ok_or_else(|| no_key(&key))?;
        let effect = Effect { user: user.id.clone(), deed: Deed::Deleted { key } };
        Ok(Outcome::did(Xml::answer("DeleteAccessKey", |_| {}), effect))
    }

    pub(super) fn tag_user(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let mut set = Vec::new();
        while let Some(key) = request.text(&format!("Tags.member.{}.Key", set.len() + 1)) {
            let value = request.needed(&format!("Tags.member.{}.Value", set.len() + 1))?;
            set.push((key, value));
        }
        let user = self.writes(request)?;
        request.done()?;
        check(&set)?;
        let after = with(user.tags.get(), &set);
        if after.len() > MOST_TAGS {
            return Err(Refusal::of(409, "LimitExceeded", format!("Cannot exceed quota for TagsPerUser: {MOST_TAGS}")));
        }
        user.tags.set(now, after);
        let effect = Effect { user: user.id.clone(), deed: Deed::Tagged { set } };
        Ok(Outcome::did(Xml::answer("TagUser", |_| {}), effect))
    }

    pub(super) fn untag_user(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let keys = request.list("TagKeys.member");
        let user = self.writes(request)?;
        request.done()?;
        if keys.is_empty() || keys.len() > MOST_TAGS {
            return Err(invalid(format!("{} tag keys", keys.len())));
        }
        let mut after = user.tags.get().clone();
        after.retain(|key, _| !keys.iter().any(|gone| gone.eq_ignore_ascii_case(key)));
        user.tags.set(now, after);
        let effect = Effect { user: user.id.clone(), deed: Deed::Untagged { keys } };
        Ok(Outcome::did(Xml::answer("UntagUser", |_| {}), effect))
    }
}

/// `tags` and those that are set: IAM keeps the case of a key and does not look at it.
pub fn with(tags: &Tags, set: &[(String, String)]) -> Tags {
    let mut after = tags.clone();
    for (key, value) in set {
        after.retain(|known, _| !known.eq_ignore_ascii_case(key));
        after.insert(key.clone(), value.clone());
    }
    after
}

/// Refuses what AWS would not take (IAM API Reference, "Tag").
fn check(set: &[(String, String)]) -> Answered<()> {
    let is_taken = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c);
    if set.is_empty() || set.len() > MOST_TAGS {
        return Err(invalid(format!("{} tags", set.len())));
    }
    for (place, (key, value)) in set.iter().enumerate() {
        if set[..place].iter().any(|(other, _)| other.eq_ignore_ascii_case(key)) {
            return Err(Refusal::of(400, "InvalidInput", format!("Duplicate tag keys found: {key}")));
        }
        let length = key.chars().count();
        if !(1..=128).contains(&length) || value.chars().count() > 256 || key.to_lowercase().starts_with("aws:") {
            return Err(invalid(format!("the tag {key} is too long, too short or reserved")));
        }
        if !key.chars().chain(value.chars()).all(is_taken) {
            return Err(invalid(format!("the tag {key}={value} has a sign that is not allowed")));
        }
    }
    Ok(())
}

fn no_key(id: &str) -> Refusal {
    Refusal::of(404, "NoSuchEntity", format!("The Access Key with id {id} cannot be found."))
}
