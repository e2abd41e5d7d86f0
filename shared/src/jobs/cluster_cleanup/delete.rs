//! The job behind `nightshift clusters delete`: one cluster, on its owner's word. What it reads, decides and does is what the
//! night reads, decides and does; only whose word counts is its own.

use jiff::{SignedDuration, Timestamp};

use super::apply::Applier;
use super::job::ClusterCleanup;
use super::observe::{self, Place, Seen};
use super::plan::by_hand::codes as own_codes;
use super::plan::{Action, Asked, Left, Marked, Plan, Terms};
use super::policy::Policy;
use super::request::Request;
use crate::config::Settings;
use crate::domains::clusters::hand::Hand;
use crate::domains::clusters::lease::Lease;
use crate::domains::clusters::marks::{self, PRODUCTION, SUCH_AS};
use crate::domains::clusters::person::Owners;
use crate::jobs::cluster_cleanup::codes;
use crate::report::Code;
use crate::run::caps::Cap;
use crate::run::event::Fields;
use crate::run::owned;
use crate::run::{Acting, Allowed, Done, Given, Hands, Job, Protected, RunFault, Sight, Sums};
use crate::services::rds::RdsReader;

/// How long a word holds: somebody thinks it over, and nobody comes back to it tomorrow.
const A_WORD_HOLDS: SignedDuration = SignedDuration::from_hours(1);

/// Deletes one cluster on its owner's word.
#[derive(Debug)]
pub struct ClusterDelete;

/// What it goes by: the night's policy, who is who, and what is production.
#[derive(Debug, Clone)]
pub struct DeletePolicy {
    /// The night's.
    pub cleanup: Policy,
    /// `NIGHTSHIFT_OWNER_OF`: in whose name others act.
    pub owners: Owners,
    /// `NIGHTSHIFT_PRODUCTION`.
    pub production: Protected,
}

impl DeletePolicy {
    /// What binds whoever extends or restores under the same policy; `tag_key` is another key of the expiry tag.
    pub fn hand(&self, tag_key: Option<&str>) -> Hand {
        let lease = Lease {
            tag_key: tag_key.unwrap_or(&self.cleanup.tag_key).to_owned(),
            owner_tag: self.cleanup.owner_tag.clone(),
            time_zone: self.cleanup.time_zone.clone(),
            max_lease_days: self.cleanup.max_lease_days,
        };
        Hand { lease, owners: self.owners.clone() }
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeleteRequest {
    /// The night's, narrowed to one cluster of one Region.
    pub cleanup: Request,
    /// When the word was given.
    pub at: Timestamp,
}

/// What was read, and whose word it is.
#[derive(Debug)]
pub struct Asking {
    seen: Seen,
    asked: Asked,
}

impl Job for ClusterDelete {
    const NAME: &'static str = "cluster-delete";
    const CODES: &'static [&'static [&'static Code]] = &[owned::codes::ALL, own_codes::ALL, codes::ALL];
    type Policy = DeletePolicy;
    type Request = DeleteRequest;
    type World = Asking;
    type Action = Action;
    type Left = Left;
    type Scope = Marked;

    fn policy(settings: &mut Settings<'_>, home: Option<&str>) -> DeletePolicy {
        DeletePolicy {
            cleanup: Policy::read(settings, home),
            owners: Owners::read(settings),
            production: Protected::needed(settings, "NIGHTSHIFT_PRODUCTION", marks::alphabet, SUCH_AS, &PRODUCTION),
        }
    }

    fn request(fields: &mut Fields, policy: &DeletePolicy) -> DeleteRequest {
        let cleanup = Request::read(fields, &policy.cleanup);
        for (key, named) in [("clusters", &cleanup.clusters), ("regions", &cleanup.regions)] {
            if named.as_ref().is_none_or(|names| names.len() != 1) {
                fields.fault::<()>(format!("'{key}' must name exactly one: a deletion by hand is of one cluster"));
            }
        }
        let asked = fields.needed("asked");
        let at = asked.parse().ok();
        let at = at.or_else(|| fields.fault("'asked' must be the moment the word was given, in UTC".to_owned()));
        DeleteRequest { cleanup, at: at.unwrap_or_default() }
    }

    async fn observe(sight: Sight<'_>, given: Given<'_, Self>) -> Result<Asking, RunFault> {
        let Given { policy, request, caller, now, .. } = given;
        if !holds(request.at, now) {
            return Err(RunFault::Refused(format!(
                "the word to delete was given at {}, and it is {now}; nothing was deleted; give it again",
                request.at
            )));
        }
        let by = Acting::of(sight.aws, &policy.owners, &caller.arn, None).await;
        let (production, arn) = (policy.production.clone(), caller.arn.clone());
        let asked = Asked { at: request.at, by, production, arn };
        let place = |region: &str| Place { region: region.to_owned(), reader: RdsReader::new(sight.aws, region) };
        let places: Vec<_> = request.cleanup.regions(&policy.cleanup).into_iter().map(place).collect();
        let world = observe::observe(&places, &caller.account, terms(given, &asked)).await;
        let world = world.map_err(RunFault::observing("listing the clusters of the Region"))?;
        Ok(Asking { seen: Seen { places, world }, asked })
    }

    fn plan(Asking { seen, asked }: &Asking, given: Given<'_, Self>) -> Plan {
        Plan::make(&seen.world, terms(given, asked))
    }

    fn caps(plan: &Plan, policy: &DeletePolicy) -> Vec<Cap> {
        ClusterCleanup::caps(plan, &policy.cleanup)
    }

    async fn apply(
        allowed: &Allowed<'_, Action>,
        left: &[Left],
        Asking { seen, asked }: &mut Asking,
        given: Given<'_, Self>,
        hands: Hands<'_>,
    ) -> Vec<Done> {
        Applier::new(allowed, seen, terms(given, asked), hands).apply(left).await
    }

    fn sum_up(plan: &Plan, Asking { seen, .. }: &Asking, given: Given<'_, Self>, done: &[Done]) -> Sums {
        let Given { policy, request, caller, now, notify } = given;
        let given = Given { policy: &policy.cleanup, request: &request.cleanup, caller, now, notify };
        ClusterCleanup::sum_up(plan, seen, given, done)
    }
}

/// Whether a word that was given at `at` counts now: not before it was given, nor when it is forgotten.
fn holds(at: Timestamp, now: Timestamp) -> bool {
    at <= now && now.duration_since(at) <= A_WORD_HOLDS
}

fn terms<'a>(given: Given<'a, ClusterDelete>, asked: &'a Asked) -> Terms<'a> {
    let Given { policy, request, now, notify, .. } = given;
    // Then its snapshot remembers that its owner has not heard of it, should this end before they do.
    let announces = notify.has_channel();
    Terms { policy: &policy.cleanup, request: &request.cleanup, now, announces, asked: Some(asked) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::Environment;

    #[test]
    fn a_word_holds_for_an_hour_and_not_before_it_is_given() {
        let now: Timestamp = "2026-11-21T02:00:00Z".parse().unwrap();
        for (at, expected) in [
            ("2026-11-21T02:00:00Z", true),
            ("2026-11-21T01:00:00Z", true),
            ("2026-11-21T00:59:59Z", false),
            ("2026-11-21T02:00:01Z", false),
        ] {
            assert_eq!(holds(at.parse().unwrap(), now), expected, "{at}");
        }
    }

    #[test]
    fn a_word_is_about_one_cluster_of_one_region_and_says_when_it_was_given() {
        let environment = Environment::default();
        let policy = ClusterDelete::policy(&mut Settings::of(&environment), Some("eu-west-1"));
        let read = |event| {
            let mut fields = Fields::of(event).unwrap();
            let request = ClusterDelete::request(&mut fields, &policy);
            fields.finish().map(|()| request).map_err(|fault| fault.to_string())
        };
        let one = json!({"clusters": ["a"], "regions": ["eu-west-1"], "asked": "2026-11-21T02:00:00Z"});
        assert!(read(one).is_ok());
        for (event, said) in [
            (
                json!({"clusters": ["a", "b"], "regions": ["eu-west-1"], "asked": "2026-11-21T02:00:00Z"}),
                "'clusters' must name exactly one",
            ),
            (json!({"regions": ["eu-west-1"], "asked": "2026-11-21T02:00:00Z"}), "'clusters' must name exactly one"),
            (json!({"clusters": ["a"], "asked": "2026-11-21T02:00:00Z"}), "'regions' must name exactly one"),
            (json!({"clusters": ["a"], "regions": ["eu-west-1"], "asked": "now"}), "'asked' must be the moment"),
            (json!({"clusters": ["a"], "regions": ["eu-west-1"]}), "asked"),
            (
                json!({"clusters": ["a"], "regions": ["eu-north-1"], "asked": "2026-11-21T02:00:00Z"}),
                "is not one this function works in",
            ),
        ] {
            assert!(read(event.clone()).unwrap_err().contains(said), "{event}");
        }
        // And nobody can send one to the night.
        let night = Policy::read(&mut Settings::of(&environment), Some("eu-west-1"));
        let mut fields = Fields::of(json!({"asked": "2026-11-21T02:00:00Z"})).unwrap();
        Request::read(&mut fields, &night);
        assert!(fields.finish().unwrap_err().to_string().contains("asked"));
    }
}
