//! Tells an owner that their clone is ready, was refused or came to nothing. What was told is written down after it was sent,
//! never before: a process killed in between tells twice, and never not at all. A tag of the clone remembers it, or one of
//! another of their clones; what left nothing has nothing to remember it by.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::source_name;
use crate::domains::clusters::commands::Typed;
use crate::domains::clusters::notice;
use crate::domains::clusters::tags::CLONE_UNTOLD;
use crate::domains::clusters::told::{self, Setting, Told, Wanted};
use crate::jobs::cluster_clone::codes;
use crate::jobs::cluster_clone::observe::every_cluster;
use crate::jobs::cluster_clone::plan::{self, About, ClonePlan, Tell};
use crate::jobs::cluster_clone::policy::Policy;
use crate::notify::{Clock, Notifier};
use crate::report::{self, Outcome, Reason};
use crate::run::Done;
use crate::run::done::MAY_PASS;
use crate::services::Permit;
use crate::services::aws::{Aws, AwsError};
use crate::services::rds::{Cluster, RdsReader, RdsWriter};

/// What telling takes.
pub(in crate::jobs::cluster_clone) struct Teller<'a> {
    pub aws: &'a Aws,
    pub notifier: &'a Notifier<'a>,
    pub account: &'a str,
    pub policy: &'a Policy,
    pub readers: &'a BTreeMap<String, RdsReader>,
    pub now: Timestamp,
}

impl Teller<'_> {
    /// What came of making `plan`, where that is for its owner to know.
    pub(in crate::jobs::cluster_clone) async fn of_clone(&self, plan: &ClonePlan, done: &mut Done, leave: &Permit) {
        let told = match (&done.outcome, &done.reason) {
            (Outcome::Changed, _) => self.ready(&plan.cluster.region, &plan.cluster.id, &plan.owner, leave).await,
            (Outcome::Failed, Some(reason)) if !MAY_PASS.iter().any(|code| reason.is(code)) => {
                self.failed(plan, reason, leave).await
            }
            _ => return,
        };
        match told {
            Ok(Some(whom)) => done.steps.push(format!("told {whom}")),
            Ok(None) => {}
            // What was made is made; the next run that sees it tells.
            Err(reason) if done.outcome == Outcome::Changed => done.reason = Some(reason),
            Err(reason) => done.steps.push(format!("its owner was not told: {}", reason.message)),
        }
    }

    /// Carries out a step that is nothing but telling.
    pub(in crate::jobs::cluster_clone) async fn tell(&self, tell: &Tell, leave: &Permit) -> Done {
        let Tell { region, id, owner, about } = tell;
        let told = match about {
            About::Ready => self.ready(region, id, owner, leave).await,
            About::OverQuota { source } => {
                let wanted = Wanted { id, region, source };
                self.over_quota(wanted, owner, leave).await
            }
        };
        match told {
            Ok(Some(whom)) => Done::changed(vec![format!("told {whom}")]),
            Ok(None) => Done::already(&report::codes::GONE, "there was nothing left to tell", Vec::new()),
            Err(reason) => Done::failed(Vec::new(), reason),
        }
    }

    /// That it is ready, if it is and nobody was told.
    async fn ready(&self, region: &str, id: &str, owner: &str, leave: &Permit) -> Result<Option<String>, Reason> {
        let found = match self.readers.get(region) {
            Some(reader) => reader.cluster(id, self.account).await.map_err(|error| unread(&error))?,
            None => None,
        };
        let Some(found) = found.filter(|found| plan::is_untold(found, owner, self.policy)) else { return Ok(None) };
        let source = source_name(&found, self.policy);
        let told = Told::Cloned { cluster: &found, source: &source, expires_at: plan::end(&found, self.policy) };
        let whom = self.send(told, owner, &found, id).await?;
        let writer = RdsWriter::new(self.aws, region, leave);
        written(writer.remove_tags(&found.arn, &[CLONE_UNTOLD.to_owned()]).await);
        Ok(Some(whom))
    }

    async fn failed(&self, plan: &ClonePlan, reason: &Reason, leave: &Permit) -> Result<Option<String>, Reason> {
        let (id, region) = (plan.cluster.id.as_str(), plan.cluster.region.as_str());
        let source = plan.source().rsplit(':').next().unwrap_or_default();
        let wanted = Wanted { id, region, source };
        if reason.is(&codes::QUOTA) {
            return self.over_quota(wanted, &plan.owner, leave).await;
        }
        let found = match self.readers.get(region) {
            Some(reader) => reader.cluster(id, self.account).await.map_err(|error| unread(&error))?,
            None => None,
        };
        let begun = found.filter(|found| plan::is_clone_of(found, plan.source(), &plan.owner, self.policy));
        let matter = plan::matter(&reason.code, wanted.id, &plan.owner);
        if begun.as_ref().is_some_and(|begun| plan::was_told(begun, &matter, self.now)) {
            return Ok(None);
        }
        let told = Told::Failed { wanted, why: &reason.message, fix: reason.fix.as_deref() };
        let whom = self.send_by(told, &plan.owner, |key| plan.cluster.tags.get(key), id).await?;
        if let Some(begun) = begun {
            let writer = RdsWriter::new(self.aws, region, leave);
            written(writer.add_tags(&begun.arn, &notice::asked(self.now, &matter)).await);
        }
        Ok(Some(whom))
    }

    async fn over_quota(&self, wanted: Wanted<'_>, owner: &str, leave: &Permit) -> Result<Option<String>, Reason> {
        let all = every_cluster(self.readers, self.account).await.map_err(|error| unread(&error))?;
        let matter = plan::matter(codes::QUOTA.name, wanted.id, owner);
        let mine = plan::of_owner(&all, owner, self.policy);
        let memory = plan::memory(&mine, self.policy);
        if memory.is_some_and(|memory| plan::was_told(memory, &matter, self.now)) {
            return Ok(None);
        }
        let others: Vec<_> = mine.iter().map(|one| one.id.clone()).filter(|id| id != wanted.id).collect();
        let told = Told::OverQuota { wanted, others: &others, most: self.policy.per_owner };
        let whom = match memory {
            Some(memory) => self.send(told, owner, memory, wanted.id).await?,
            None => self.send_by(told, owner, |_| None, wanted.id).await?,
        };
        if let Some(memory) = memory {
            let writer = RdsWriter::new(self.aws, &memory.region, leave);
            written(writer.add_tags(&memory.arn, &notice::asked(self.now, &matter)).await);
        }
        Ok(Some(whom))
    }

    async fn send(&self, told: Told<'_>, owner: &str, of: &Cluster, about: &str) -> Result<String, Reason> {
        self.send_by(told, owner, |key| of.tags.get(key), about).await
    }

    async fn send_by<'t>(
        &self,
        told: Told<'_>,
        owner: &str,
        tag: impl Fn(&str) -> Option<&'t str>,
        about: &str,
    ) -> Result<String, Reason> {
        let notify = self.notifier.policy();
        let to = notify.owners.recipients(Some(owner), tag);
        let to = if notify.mail.is_some() { to } else { Vec::new() };
        let contact = notify.ask();
        let lease = &self.policy.lease;
        let setting = Setting {
            job: "cluster-clone",
            account: self.account,
            contact: &contact,
            clock: Clock { zone: &notify.time_zone, language: notify.language },
            typed: Typed {
                tag_key: &lease.tag_key,
                owner_tag: &lease.owner_tag,
                lease_days: lease.max_lease_days,
                function: None,
                home: None,
                now: self.now,
                zone: &notify.time_zone,
            },
        };
        let letter = told::letter(told, owner, to.first(), setting);
        self.notifier.tell_owner(&letter, &to, &[about.to_owned()]).await
    }
}

/// What could not be written down is told again.
fn written(written: Result<(), AwsError>) {
    if let Err(error) = written.or_else(|error| if error.is_not_found() { Ok(()) } else { Err(error) }) {
        tracing::warn!(error.message = crate::text::chain(&error), "what was told was not written down");
    }
}

fn unread(error: &AwsError) -> Reason {
    let message = format!("its owner was not told: {}", crate::text::chain(error));
    Reason::new(&report::codes::NOT_TOLD, message, error.fix())
}
