//! Makes the data of a raw copy nobody's: logs in to it as its own master user, sets the mark that AWS's word stands for, and carries out
//! what the rules come to. The server goes on with a statement when this process ends; the next attempt goes on from there.

use std::time::Duration;

use super::quarantine::not_anonymised;
use super::{End, Maker};
use crate::clock::ITEM_BUDGET;
use crate::domains::anonymise::RunKey;
use crate::domains::anonymise::begun::{Bond, codes};
use crate::domains::anonymise::mark::Place;
use crate::domains::anonymise::plan::Blocker;
use crate::domains::clusters::tags::RAW;
use crate::jobs::cluster_clone::model::Ruled;
use crate::jobs::cluster_clone::plan::RawPlan;
use crate::jobs::cluster_clone::quarantine::key_of;
use crate::report::{self, Reason};
use crate::run::Steps;
use crate::secret::Secret;
use crate::servers::anonymise::{self as server, Action, Around, Barred, Hand, Sight, marked};
use crate::servers::master::{self, Asked, MasterFault};
use crate::services::Permit;
use crate::services::aws::{Aws, Kind};
use crate::services::rds::Cluster;
use crate::services::secrets::{NewSecret, SecretsReader, SecretsWriter};
use crate::services::sql::{Endpoint, Engine, Reach, Session, SqlError};
use crate::text::{chain, count};

/// What is left of an invocation's time when it stops waiting for a statement: enough to say so.
const KEPT: Duration = Duration::from_secs(15);
/// How many things in the way are named in one message.
const NAMED: usize = 5;

/// What it takes.
#[derive(Debug)]
pub(in crate::jobs::cluster_clone) struct Anonymiser<'a> {
    secrets: SecretsReader,
    keys: SecretsWriter<'a>,
    ruled: &'a Ruled,
    reach: &'a Reach,
    leave: &'a Permit,
}

/// The way to a raw copy, and who goes it.
#[derive(Debug)]
struct Way {
    endpoint: Endpoint,
    user: String,
    password: Secret,
}

impl<'a> Anonymiser<'a> {
    pub(in crate::jobs::cluster_clone) fn new(
        aws: &Aws,
        region: &str,
        ruled: &'a Ruled,
        reach: &'a Reach,
        leave: &'a Permit,
    ) -> Self {
        let (secrets, keys) = (SecretsReader::new(aws, region), SecretsWriter::new(aws, region, leave));
        Self { secrets, keys, ruled, reach, leave }
    }
}

impl Maker<'_> {
    /// See the module.
    pub(super) async fn anonymise(&self, raw: &RawPlan, found: &Cluster, steps: &mut Steps<'_>) -> Result<(), End> {
        let hands = self.hands()?;
        let way = self.way(hands, found).await?;
        let of = |error| of_server(found, &error);
        let (session, database) = way.only(found).await?;
        let endpoint = &way.endpoint;
        let place = Place { database, host: endpoint.host.clone() };
        self.may_begin(found)?;
        if let Err(reason) = server::lock(&session, Duration::ZERO, || false).await.map_err(of)? {
            return Err(later(found, &[reason]));
        }
        let mark = marked::found(&session).await.map_err(of)?;
        // The key of the run lives until its tags are set. Without it, the seal came along with a copy of what once had this name.
        let is_sealed = place.is_sealed(&mark) && hands.secrets.current(&key_of(&found.resource_id)).await?.is_some();
        if !is_sealed {
            marked::claim(&session, hands.leave, &place, endpoint.engine).await.map_err(of)?;
        }
        let sight = match server::look(&session, &place, &hands.ruled.rules, Around::Server).await.map_err(of)? {
            Ok(sight) => sight,
            Err(reasons) => return Err(End::Failed(because(found, &reasons))),
        };
        if is_sealed && sight.begun.is_none() {
            nobody(&session, found).await?;
            steps.push(format!("cluster {}: an earlier attempt came to the end of the rules", found.id));
            return Ok(());
        }
        Box::pin(self.carry_out(hands, raw, found, (&way, &session, &place, &sight), steps)).await
    }

    /// Looks whether anybody came to `found`, whose data was made nobody's by an earlier attempt: a clone of it is made only if not.
    pub(super) async fn nobody_came(&self, found: &Cluster) -> Result<(), End> {
        let hands = self.hands()?;
        let (session, _) = self.way(hands, found).await?.only(found).await?;
        nobody(&session, found).await
    }

    async fn carry_out(
        &self,
        hands: &Anonymiser<'_>,
        raw: &RawPlan,
        found: &Cluster,
        (way, session, place, sight): (&Way, &Session, &Place, &Sight),
        steps: &mut Steps<'_>,
    ) -> Result<(), End> {
        let key = self.key(hands, found).await?;
        // The rules were agreed to, by their fingerprint; of the database's plan nobody could know before.
        let begun = sight.begun.as_ref().map(|begun| begun.kept.bond.plan.clone());
        let wanted = Bond {
            plan: begun.unwrap_or_else(|| sight.plan.digest.clone()),
            rules: raw.fingerprint.clone(),
            schema: sight.schema.fingerprint(),
            key: key.fingerprint(),
        };
        let (kept, done) = match sight.kept(wanted) {
            Ok(kept) => kept,
            Err(Barred::Blocked) => return Err(End::Failed(blocked(found, &sight.plan.blockers))),
            Err(Barred::Refused(reasons)) if reasons.iter().all(passes) => return Err(later(found, &reasons)),
            Err(Barred::Refused(reasons)) => return Err(End::Failed(because(found, &reasons))),
        };
        let hand = Hand::ready(session, place, sight, (&kept, &done), &key).await;
        let hand = hand.map_err(|error| of_server(found, &error))?;
        for action in Action::all(&kept.steps) {
            self.may_begin(found)?;
            if matches!(action, Action::Check) {
                // A clone hands over whatever else there is by now.
                way.only(found).await?;
            }
            let work = Box::pin(hand.one(hands.leave, &action));
            let Some(worked) = self.ledger.while_time_lasts(KEPT, work).await else {
                return Err(later(found, &[Reason::listed(&codes::STILL_RUNNING, action.said())]));
            };
            match worked.reason {
                None => steps.push(format!("cluster {}: {}", found.id, action.said())),
                Some(reason) if worked.may_pass => return Err(later(found, &[reason])),
                Some(reason) => return Err(End::Failed(because(found, &[reason]))),
            }
        }
        Ok(())
    }

    fn hands(&self) -> Result<&Anonymiser<'_>, End> {
        let unread = || End::Failed(not_anonymised("nobody read the rules".to_owned()));
        self.anonymiser.as_ref().ok_or_else(unread)
    }

    /// The way to `found`, and who logs in: its own master user, whose password RDS keeps for this cluster and no other.
    async fn way(&self, hands: &Anonymiser<'_>, found: &Cluster) -> Result<Way, End> {
        let (Some(host), Some(secret)) = (&found.access.endpoint, &found.access.master_secret) else {
            let reason = Reason::listed(&report::codes::NOT_READY, "its endpoint or its secret is not visible yet");
            return Err(later(found, &[reason]));
        };
        let asked = Asked { secret, host, named_by: "the cluster in RDS" };
        let master = match master::read(asked, &hands.secrets, self.reader).await {
            Ok(master) => master,
            Err(MasterFault::Aws(error)) => return Err(error.into()),
            Err(MasterFault::Refused(why)) => return Err(End::Failed(not_anonymised(why))),
        };
        if master.resource_id.as_ref() != Some(&found.resource_id) {
            return Err(End::Moved(format!("cluster {} is another one by now, and nobody logged in to it", found.id)));
        }
        let failed = |what: String| End::Failed(not_anonymised(format!("cluster {}: {what}", found.id)));
        let trust = hands.reach.trust().map_err(|fault| failed(chain(&fault)))?;
        let engine =
            Engine::parse(&found.engine).ok_or_else(|| failed(format!("nobody here speaks to {}", found.engine)))?;
        let endpoint = Endpoint {
            engine,
            host: host.clone(),
            tls_name: master.tls_name.clone(),
            port: master.port.unwrap_or(engine.port()),
            through: hands.reach.address,
            trust,
            lock_timeout: hands.reach.lock_timeout,
            // What is carried out takes as long as it takes.
            statement_timeout: Duration::ZERO,
        };
        Ok(Way { endpoint, user: master.user, password: master.password })
    }

    /// The key of the run on `found`: made before the first step, and the same for each attempt.
    async fn key(&self, hands: &Anonymiser<'_>, found: &Cluster) -> Result<RunKey, End> {
        let name = key_of(&found.resource_id);
        let failed = |what: &str| End::Failed(not_anonymised(format!("cluster {}: {what}", found.id)));
        if let Some((_, value)) = hands.secrets.current(&name).await? {
            return value.and_then(RunKey::new).ok_or_else(|| failed("the secret of its key holds none"));
        }
        let made = RunKey::random().map_err(|_| failed("the operating system gave no randomness for a key"))?;
        let key = RunKey::new(made.duplicate()).ok_or_else(|| failed("a key is too short"))?;
        let version = key.fingerprint();
        let made = hands.keys.create(NewSecret {
            name: &name,
            description: "Key of a run that makes the data of a raw copy nobody's. It is destroyed with the run.",
            value: &made,
            version: &version,
            kms_key: None,
            replicas: &[],
            tag: (RAW, &found.id),
        });
        match made.await {
            Ok(()) => Ok(key),
            // Another attempt at the same moment; the server's lock keeps the two apart, and the next look reads that key.
            Err(error) if error.kind == Kind::Exists => {
                let reason = Reason::listed(&report::codes::NOT_READY, "another attempt made its key just now");
                Err(later(found, &[reason]))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Destroys the key of the run on `found`, where there was to be one.
    pub(super) async fn forget_key(&self, found: &Cluster, steps: &mut Steps<'_>) -> Result<(), End> {
        let (Some(hands), Some(_)) = (&self.anonymiser, found.tags.get(RAW)) else { return Ok(()) };
        hands.keys.destroy(&key_of(&found.resource_id)).await?;
        steps.push(format!("cluster {}: the key of its run is destroyed", found.id));
        Ok(())
    }

    fn may_begin(&self, found: &Cluster) -> Result<(), End> {
        self.ledger.may_begin(ITEM_BUDGET).map_err(|reason| later(found, &[reason]))
    }
}

impl Way {
    /// Logs in to the only database that holds anything, and says its name.
    async fn only(&self, found: &Cluster) -> Result<(Session, String), End> {
        let only = server::only(&self.endpoint, &self.user, &self.password).await;
        let only = only.map_err(|error| of_server(found, &error))?;
        only.map_err(|reason| End::Failed(because(found, &[reason])))
    }
}

/// A failure if anybody is connected to `found`, whose data was made nobody's: they may write some back.
async fn nobody(session: &Session, found: &Cluster) -> Result<(), End> {
    let others = server::others(session, Around::Server).await.map_err(|error| of_server(found, &error))?;
    if others.is_empty() { Ok(()) } else { Err(End::Failed(because(found, &others))) }
}

/// Whether somebody else is at work, who ends.
fn passes(reason: &Reason) -> bool {
    reason.is(&codes::STILL_RUNNING) || reason.is(&codes::IN_USE)
}

fn of_server(found: &Cluster, error: &SqlError) -> End {
    let reason = Reason::new(error.reason_code(), error.to_string(), error.fix());
    if server::may_pass(error) { later(found, &[reason]) } else { End::Failed(because(found, &[reason])) }
}

/// The same again goes on from here.
fn later(found: &Cluster, reasons: &[Reason]) -> End {
    let message = format!("cluster {} is not anonymised yet: {}", found.id, all(reasons));
    // Others' sessions end by a person's hand and not by themselves.
    let own = reasons.iter().find(|reason| reason.is(&codes::IN_USE)).and_then(|reason| reason.fix.as_deref());
    let own = own.map(|fix| format!("{fix} Then ")).unwrap_or_default();
    let fix = format!("{own}send the same event again, which goes on from here");
    End::Later(Reason::new(&report::codes::NOT_READY, message, fix))
}

fn because(found: &Cluster, reasons: &[Reason]) -> Reason {
    let reason = not_anonymised(format!("the data of cluster {} was not made nobody's: {}", found.id, all(reasons)));
    let fix = reasons.iter().find_map(|reason| reason.fix.clone());
    Reason { fix: fix.or(reason.fix), ..reason }
}

fn all(reasons: &[Reason]) -> String {
    reasons.iter().map(|reason| format!("{}: {}", reason.code, reason.message)).collect::<Vec<_>>().join("; ")
}

fn blocked(found: &Cluster, blockers: &[Blocker]) -> Reason {
    let named = blockers.iter().take(NAMED).map(|one| format!("{} ({}): {}", one.object, one.code.name, one.message));
    let named = named.collect::<Vec<_>>().join("; ");
    let more = blockers.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!("; and {}", count(more, "other thing")) };
    let way = "this is in the way of the rules";
    not_anonymised(format!("the data of cluster {} was not made nobody's; {way}: {named}{more}", found.id))
}
