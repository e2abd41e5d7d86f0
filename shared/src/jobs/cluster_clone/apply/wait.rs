//! Waits until AWS has made what was asked for: bounded, and no longer than there is hope.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{End, Maker, name_taken};
use crate::clock::ITEM_BUDGET;
use crate::jobs::cluster_clone::codes;
use crate::jobs::cluster_clone::plan::{self, ClonePlan};
use crate::report::{self, Reason};
use crate::run::Steps;
use crate::services::rds::{AURORA_ENGINES, Access, Cluster};
use crate::text::printable;

/// AWS makes a clone in minutes; a full copy of some terabytes takes hours, and is gone on with by the next attempt.
const LONGEST_WAIT: Duration = Duration::from_hours(2);
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);
/// The states of an instance that do not pass by themselves (Amazon RDS User Guide, "Viewing DB instance status").
const NEVER_WHOLE: [&str; 9] = [
    "failed",
    "inaccessible-encryption-credentials",
    "incompatible-create",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "insufficient-capacity",
    "restore-error",
];

impl Maker<'_> {
    /// The clone, once AWS lets it be changed.
    pub(super) async fn until_available(&self, plan: &ClonePlan, steps: &mut Steps<'_>) -> Result<Cluster, End> {
        let lacks =
            |found: &Cluster, _: &BTreeMap<String, String>| (found.status != "available").then(|| found.status.clone());
        self.wait(plan, steps, lacks).await
    }

    /// The clone, once each member takes connections and its own password is in force.
    pub(super) async fn until_whole(&self, plan: &ClonePlan, steps: &mut Steps<'_>) -> Result<Cluster, End> {
        self.wait(plan, steps, |found, states| {
            let late = plan.members.iter().find_map(|member| match states.get(&member.id).map(String::as_str) {
                Some("available") => None,
                Some(status) => Some(format!("member {} is {status}", member.id)),
                None => Some(format!("member {} is not visible yet", member.id)),
            });
            late.or_else(|| password_lacks(&found.access))
                .or_else(|| (found.status != "available").then(|| found.status.clone()))
        })
        .await
    }

    /// Looks until `lacks` names nothing, within the time there is.
    async fn wait(
        &self,
        plan: &ClonePlan,
        steps: &mut Steps<'_>,
        lacks: impl Fn(&Cluster, &BTreeMap<String, String>) -> Option<String>,
    ) -> Result<Cluster, End> {
        let id = &plan.cluster.id;
        let (mut waited, mut said) = (Duration::ZERO, String::new());
        loop {
            let found = self.reader.cluster(id, self.account).await?;
            let lack = match &found {
                None => self.not_there(id).await?,
                Some(found) => {
                    self.is_still_ours(plan, found)?;
                    let states = self.states(found).await?;
                    self.may_become_whole(found, &states, steps).await?;
                    match lacks(found, &states) {
                        None => return Ok(found.clone()),
                        Some(lack) => lack,
                    }
                }
            };
            if waited >= LONGEST_WAIT {
                return Err(End::Later(not_ready(id, &lack)));
            }
            if said != lack {
                self.ledger.step(self.entry, &format!("cluster {id}: {lack}, waiting"));
                said.clone_from(&lack);
            }
            self.may_go_on(id, &lack)?;
            self.ledger.pause(BETWEEN_LOOKS).await;
            self.may_go_on(id, &lack)?;
            waited += BETWEEN_LOOKS;
        }
    }

    /// What is lacking where no Aurora cluster bears the name: time, unless something else bears it.
    async fn not_there(&self, id: &str) -> Result<String, End> {
        match self.reader.engine_of(id).await? {
            Some(engine) if !AURORA_ENGINES.contains(&engine.as_str()) => {
                Err(End::Failed(name_taken(format!("a cluster named {id} exists, of engine {}", printable(&engine)))))
            }
            _ => Ok("not visible yet".to_owned()),
        }
    }

    /// Ends it where AWS says that it never will be whole. What never was a clone goes again.
    async fn may_become_whole(
        &self,
        found: &Cluster,
        states: &BTreeMap<String, String>,
        steps: &mut Steps<'_>,
    ) -> Result<(), End> {
        let id = &found.id;
        let fix = "look at its events in the console, and ask again";
        let failed = |what: String| End::Failed(Reason::new(&codes::CLONE_FAILED, what, fix));
        if found.status == plan::FAILED {
            self.take_back(found, steps, "AWS could not make it").await?;
            return Err(failed(format!("AWS could not make cluster {id}: it was '{}'", found.status)));
        }
        match states.iter().find(|(_, status)| NEVER_WHOLE.contains(&status.as_str())) {
            Some((name, lost)) => Err(failed(format!("member {name} of cluster {id} is '{lost}'"))),
            None => Ok(()),
        }
    }

    async fn states(&self, found: &Cluster) -> Result<BTreeMap<String, String>, End> {
        if found.members.is_empty() {
            return Ok(BTreeMap::new());
        }
        let found = self.reader.instances(&[&found.id]).await?;
        Ok(found.into_iter().map(|(id, instance)| (id, instance.status)).collect())
    }

    fn may_go_on(&self, id: &str, lack: &str) -> Result<(), End> {
        match self.ledger.may_begin(ITEM_BUDGET) {
            Ok(()) => Ok(()),
            Err(reason) if reason.is(&report::codes::INTERRUPTED) => Err(End::Later(reason)),
            Err(_) => Err(End::Later(not_ready(id, lack))),
        }
    }
}

/// What keeps the password of `access` from being its own: until RDS has put it in force, the source's is.
fn password_lacks(access: &Access) -> Option<String> {
    match (&access.master_secret, access.secret_status.as_deref()) {
        (None, _) => Some("its secret is not visible yet".to_owned()),
        (Some(_), None | Some("active" | "rotating")) => None,
        (Some(_), Some(status)) => Some(format!("its secret is {status}")),
    }
}

fn not_ready(id: &str, lack: &str) -> Reason {
    let fix = "send the same event again, which goes on from here";
    Reason::new(&report::codes::NOT_READY, format!("cluster {id}: {lack}"), fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_handed_the_password_of_the_source() {
        let access = |secret: Option<&str>, status: Option<&str>| Access {
            master_secret: secret.map(str::to_owned),
            secret_status: status.map(str::to_owned),
            ..Access::default()
        };
        for (secret, status, lacks) in [
            (None, None, Some("its secret is not visible yet")),
            (Some("arn"), Some("creating"), Some("its secret is creating")),
            (Some("arn"), Some("impaired"), Some("its secret is impaired")),
            (Some("arn"), Some("active"), None),
            (Some("arn"), Some("rotating"), None),
            (Some("arn"), None, None),
        ] {
            assert_eq!(password_lacks(&access(secret, status)).as_deref(), lacks, "{status:?}");
        }
    }
}
