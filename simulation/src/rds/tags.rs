//! Tags: what may stand in one, how many there may be, and on what.

use jiff::Timestamp;

use super::read::{not_found, snapshot_not_found};
use super::state::Rds;
use super::{Effect, Outcome};
use crate::aged::{Aged, Tags};
use crate::wire::{Answered, Refusal, Request, Xml};

/// The most that one thing can have.
const MOST: usize = 50;

/// Refuses what AWS would not take (Amazon RDS API Reference, "Tag").
pub(super) fn check(tags: &Tags) -> Answered<()> {
    for (key, value) in tags {
        let is_taken = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c);
        let length = key.chars().count();
        if !(1..=128).contains(&length) || value.chars().count() > 256 || key.to_lowercase().starts_with("aws:") {
            return Err(Refusal::invalid(format!("the tag {key} is too long, too short or reserved")));
        }
        if !key.chars().chain(value.chars()).all(is_taken) {
            return Err(Refusal::invalid(format!("the tag {key}={value} has a sign that is not allowed")));
        }
    }
    let counted = tags.keys().filter(|key| !key.starts_with("aws:")).count();
    if counted > MOST {
        return Err(Refusal::invalid(format!("A resource can have at most {MOST} tags.")));
    }
    Ok(())
}

impl Rds {
    pub(super) fn add_tags(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let arn = request.needed("ResourceName")?;
        let tags = request.tags()?;
        request.done()?;
        let set: Tags = tags.iter().cloned().collect();
        if set.len() < tags.len() || set.is_empty() {
            return Err(Refusal::invalid("Tag keys must be unique, and there must be some."));
        }
        check(&set)?;
        let of = self.tags_of(&arn, now)?;
        let before = of.get().clone();
        let mut after = before.clone();
        after.extend(set.clone());
        if after.keys().filter(|key| !key.starts_with("aws:")).count() > MOST {
            return Err(Refusal::invalid(format!("A resource can have at most {MOST} tags.")));
        }
        of.set(now, after);
        Ok(Outcome::did(Xml::answer("AddTagsToResource", |_| {}), Effect::Tagged { arn, before, set }))
    }

    pub(super) fn remove_tags(&mut self, request: &mut Request, now: Timestamp) -> Answered<Outcome> {
        let arn = request.needed("ResourceName")?;
        let keys = request.list("TagKeys.member");
        request.done()?;
        if keys.is_empty() {
            return Err(Refusal::invalid("no tag key"));
        }
        let of = self.tags_of(&arn, now)?;
        let before = of.get().clone();
        let mut after = before.clone();
        after.retain(|key, _| !keys.contains(key));
        of.set(now, after);
        Ok(Outcome::did(Xml::answer("RemoveTagsFromResource", |_| {}), Effect::Untagged { arn, before, keys }))
    }

    fn tags_of(&mut self, arn: &str, now: Timestamp) -> Answered<&mut Aged<Tags>> {
        let (cluster, snapshot) = (self.arn("cluster", ""), self.arn("cluster-snapshot", ""));
        if let Some(id) = arn.strip_prefix(&cluster) {
            return self.clusters.get_mut(id).map(|found| &mut found.tags).ok_or_else(|| not_found(id));
        }
        if let Some(id) = arn.strip_prefix(&snapshot) {
            let found = self.snapshots.get_mut(id).filter(|found| found.seen_from <= now);
            return found.map(|found| &mut found.tags).ok_or_else(|| snapshot_not_found(id));
        }
        Err(Refusal::OfSimulation(format!("tags of {arn}")))
    }
}
