//! Makes what a restore plan says. Interrupted and called again, it goes on where it was: the cluster carries the
//! snapshot it came from since its first moment, and a member that exists is not made twice.

use std::time::Duration;

use super::plan::RestorePlan;
use crate::report::{self, Outcome, Reason};
use crate::run::{Done, Entry, Ledger, Steps};
use crate::services::aws::{AwsError, Kind};
use crate::services::rds::{RdsReader, RdsRestorer};

/// A cluster of some terabytes takes RDS a while to make from a snapshot.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
const BETWEEN_LOOKS: Duration = Duration::from_secs(15);

/// What carrying out takes.
pub(super) struct Restorer<'a> {
    pub account: &'a str,
    pub reader: &'a RdsReader,
    pub writer: RdsRestorer<'a>,
    pub ledger: &'a Ledger<'a>,
    pub entry: &'a Entry,
}

impl Restorer<'_> {
    /// Carries out `plan`, and writes each step down as it is done. Begins none once the ledger says so.
    pub(super) async fn restore(&self, plan: &RestorePlan) -> Done {
        let mut steps = Steps::new(self.ledger, self.entry, str::to_owned);
        let ended = self.all(plan, &mut steps).await;
        let steps = steps.take();
        match ended {
            Ok(()) => Done::changed(steps),
            Err(End::Error(error)) => Done::stopped_by(&error, steps),
            Err(End::Later(reason)) => Done { outcome: Outcome::Deferred, steps, reason: Some(reason) },
        }
    }

    async fn all(&self, plan: &RestorePlan, steps: &mut Steps<'_>) -> Result<(), End> {
        let cluster = &plan.cluster;
        if !plan.cluster_exists {
            self.writer.restore(cluster).await?;
            steps.push(format!("cluster {}: restore requested", cluster.id));
        }
        if plan.members.is_empty() {
            return Ok(());
        }
        self.until_available(&cluster.id).await?;
        for member in &plan.members {
            self.goes_on()?;
            let id = &member.instance.id;
            match self.writer.create_member(cluster, member).await {
                Ok(()) => steps.push(format!("instance {id}: creation requested")),
                // Made by an earlier attempt, or somebody else's that happens to have the name?
                Err(error) if error.kind == Kind::Exists => match self.reader.cluster_of_instance(id).await? {
                    Some(found) if found == cluster.id => steps.push(format!("instance {id}: there already")),
                    _ => return Err(error.into()),
                },
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn until_available(&self, id: &str) -> Result<(), End> {
        let mut waited = Duration::ZERO;
        loop {
            let found = self.reader.cluster(id, self.account).await?;
            let status = found.map_or_else(|| "not visible yet".to_owned(), |found| found.status);
            if status == "available" {
                return Ok(());
            }
            if waited >= LONGEST_WAIT {
                let fix = "run the same command again later to make its members";
                return Err(End::Later(Reason::new(
                    &report::codes::NOT_READY,
                    format!("cluster {id} is still '{status}'"),
                    fix,
                )));
            }
            self.ledger.step(self.entry, &format!("cluster {id}: {status}, waiting for it to be available"));
            self.ledger.pause(BETWEEN_LOOKS).await;
            self.goes_on()?;
            waited += BETWEEN_LOOKS;
        }
    }

    fn goes_on(&self) -> Result<(), End> {
        self.ledger.interrupted().map_or(Ok(()), |reason| Err(End::Later(reason)))
    }
}

/// Why it ended before its end.
enum End {
    /// A call did not succeed.
    Error(AwsError),
    /// The same command goes on from here.
    Later(Reason),
}

impl From<AwsError> for End {
    fn from(error: AwsError) -> Self {
        Self::Error(error)
    }
}
