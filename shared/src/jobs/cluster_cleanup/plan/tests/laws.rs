//! Laws that hold for every world.

use proptest::prelude::*;

use super::*;
use crate::run::caps::DeletionCaps;
use crate::run::guard::Consent;

/// Clusters that differ in everything a decision looks at.
fn any_cluster() -> impl Strategy<Value = Cluster> {
    let value = prop_oneof![
        Just(PAST.to_owned()),
        Just("2026-11-19".to_owned()),
        Just("2027-01-01".to_owned()),
        Just("never".to_owned()),
        "[0-9TZ:+-]{0,25}",
    ];
    let status =
        prop_oneof![4 => Just("available"), 1 => Just("stopped"), 1 => Just("deleting"), 1 => Just("modifying")];
    let env = prop_oneof![4 => Just(Some("dev")), 1 => Just(Some("prod")), 1 => Just(None)];
    (0..40_u8, prop::option::weighted(0.9, value), env, status, any::<bool>(), any::<bool>()).prop_map(
        |(n, value, env, status, protected, copies)| {
            let mut one = cluster(&format!("c{n:02}"));
            one.tags = Tags::default();
            if let Some(value) = value {
                one.tags.set("auto-delete-after", value);
            }
            if let Some(env) = env {
                one.tags.set("env", env);
            }
            one.status = status.to_owned();
            one.deletion_protection = Some(protected && n % 3 == 0);
            one.copies_tags = copies;
            one
        },
    )
}

fn any_region() -> impl Strategy<Value = Region> {
    prop::collection::vec(any_cluster(), 0..20).prop_map(|mut clusters| {
        clusters.sort_by(|a, b| a.id.cmp(&b.id));
        clusters.dedup_by(|a, b| a.id == b.id);
        region(clusters)
    })
}

/// Clusters of one clone group, each of which may name any other as its source.
fn any_clones() -> impl Strategy<Value = Region> {
    let one = (any_cluster(), prop::option::weighted(0.8, 0..40_u8), 1..28_u32);
    prop::collection::vec(one, 0..20).prop_map(|clones| {
        let clone = |(mut cluster, source, day): (Cluster, Option<u8>, u32)| {
            if let Some(source) = source {
                cluster.tags.set("nightshift:source", format!("c{source:02}"));
            }
            cluster.created_at = Some(format!("2026-10-{day:02}T00:00:00Z").parse().unwrap());
            cluster
        };
        let mut clusters: Vec<_> = clones.into_iter().map(clone).collect();
        clusters.sort_by(|a, b| a.id.cmp(&b.id));
        clusters.dedup_by(|a, b| a.id == b.id);
        region(clusters)
    })
}

/// Clusters of which each may be a clone of an older one, and each may expire within six weeks.
fn any_chain() -> impl Strategy<Value = Vec<Cluster>> {
    let one = (prop::option::weighted(0.9, any::<prop::sample::Index>()), prop::option::weighted(0.8, -1..42_i64));
    prop::collection::vec(one, 2..6).prop_map(|links| {
        let link = |(n, (source, expires)): (usize, (Option<prop::sample::Index>, Option<i64>))| {
            let mut one = cluster(&format!("c{n}"));
            one.created_at = Some(format!("2026-09-{:02}T00:00:00Z", n + 1).parse().unwrap());
            one.tags = [("env", "dev")].into_iter().collect();
            if let Some(days) = expires {
                let at = now().checked_add(jiff::SignedDuration::from_hours(24 * days)).unwrap();
                one.tags.set("auto-delete-after", at.to_string());
            }
            if let Some(source) = source.filter(|_| n > 0) {
                one.tags.set("nightshift:source", format!("c{}", source.index(n)));
            }
            one
        };
        links.into_iter().enumerate().map(link).collect()
    })
}

proptest! {
    #[test]
    fn the_data_of_whatever_goes_is_kept_or_stands_in_a_cluster_that_stays(region in any_clones()) {
        let plan = plan_of(region.clone(), &policy(&[]), &Request::default());
        for action in &plan.actions {
            let Action::DeleteCluster(delete) = action else { continue };
            if delete.keep.is_some() {
                continue;
            }
            let clone = region.clusters.iter().find(|cluster| cluster.id == delete.id).unwrap();
            let source = clone.tags.get("nightshift:source").unwrap();
            let source = region.clusters.iter().find(|cluster| cluster.id == source);
            prop_assert!(source.is_some_and(|source| source.status != "deleting"), "{}", plan);
            prop_assert!(plan.actions.iter().all(|other| Some(other.id()) != source.map(|source| source.id.as_str())), "{}", plan);
        }
    }

    /// Night after night: of whatever went without a snapshot, the cluster it was cloned from stands, or has left a snapshot,
    /// for as long as a snapshot of its own would have been kept.
    #[test]
    fn the_data_of_whatever_went_is_somewhere_until_its_day(mut clusters in any_chain()) {
        let policy = policy(&[]);
        let day = |night: i64| now().checked_add(jiff::SignedDuration::from_hours(24 * night)).unwrap();
        // What went, when, and the source that holds it where there is no snapshot.
        let mut gone: Vec<(String, i64, Option<String>)> = Vec::new();
        for night in 0..45 {
            let terms = Terms { policy: &policy, request: &Request::default(), now: day(night), announces: false, asked: None };
            let plan = Plan::make(&world(super::region(clusters.clone())), terms);
            for action in &plan.actions {
                let Action::DeleteCluster(delete) = action else { continue };
                let went = clusters.iter().position(|cluster| cluster.id == delete.id).unwrap();
                let went = clusters.remove(went);
                let source = went.tags.get("nightshift:source").map(str::to_owned);
                gone.push((went.id, night, source.filter(|_| delete.keep.is_none())));
            }
            for (id, when, holder) in &gone {
                let Some(holder) = holder.as_ref().filter(|_| night < when + 30) else { continue };
                let stands = clusters.iter().any(|cluster| cluster.id == *holder);
                let left_a_snapshot = gone.iter().any(|(other, _, without)| other == holder && without.is_none());
                prop_assert!(stands || left_a_snapshot, "{id} went on night {when}, and of {holder} nothing is left on night {night}");
            }
        }
    }

    #[test]
    fn nothing_without_every_mark_is_ever_in_a_step(region in any_region()) {
        let plan = plan_of(region.clone(), &policy(&[]), &Request::default());
        for action in &plan.actions {
            let cluster = region.clusters.iter().find(|cluster| cluster.id == action.id()).unwrap();
            prop_assert!(cluster.tags.get("auto-delete-after").is_some());
            prop_assert_eq!(cluster.tags.get("env"), Some("dev"));
            prop_assert_eq!(&cluster.status, "available");
            prop_assert_eq!(cluster.deletion_protection, Some(false));
        }
    }

    #[test]
    fn the_order_of_the_snapshot_changes_nothing(region in any_region(), seed in any::<u64>()) {
        let policy = policy(&[]);
        let plan = plan_of(region.clone(), &policy, &Request::default());
        let mut shuffled = region;
        shuffled.clusters.sort_by_key(|cluster| cluster.id.bytes().fold(seed, |a, b| a.wrapping_mul(31).wrapping_add(b.into())));
        let again = plan_of(shuffled, &policy, &Request::default());
        prop_assert_eq!(plan.digest(), again.digest());
        prop_assert_eq!(plan, again);
    }

    #[test]
    fn the_moment_of_planning_is_not_in_the_digest(region in any_region(), hours in 0_i64..5) {
        let policy = policy(&[]);
        let request = Request::default();
        let later = now().checked_add(jiff::SignedDuration::from_hours(hours)).unwrap();
        let early = plan_of(region.clone(), &policy, &request);
        let late = Plan::make(&world(region), Terms { policy: &policy, request: &request, now: later, announces: false, asked: None });
        if early.actions.len() == late.actions.len() {
            prop_assert_eq!(early.digest(), late.digest());
        }
    }

    #[test]
    fn planning_the_applied_state_is_empty(region in any_region(), days in 0_i64..29) {
        let policy = policy(&[]);
        let request = Request::default();
        let plan = plan_of(region.clone(), &policy, &request);
        let later = now().checked_add(jiff::SignedDuration::from_hours(24 * days)).unwrap();
        for gone in [false, true] {
            let after = applied(region.clone(), &plan, gone);
            let again = Plan::make(&world(after), Terms { policy: &policy, request: &request, now: later, announces: false, asked: None });
            let known: BTreeSet<_> = plan.actions.iter().map(Action::id).collect();
            prop_assert!(again.actions.iter().all(|action| !known.contains(action.id())), "{}", again);
            prop_assert!(again.actions.iter().all(|action| !matches!(action, Action::MarkSnapshot(_) | Action::DeleteSnapshot(_))), "{}", again);
        }
    }

    #[test]
    fn every_cluster_with_the_tag_is_accounted_for(region in any_region()) {
        let plan = plan_of(region.clone(), &policy(&[]), &Request::default());
        let tagged = region.clusters.iter().filter(|cluster| cluster.tags.get("auto-delete-after").is_some()).count();
        prop_assert_eq!(plan.actions.len() + plan.left.len(), tagged);
    }

    /// Whatever a night's plan holds and whatever the caps: new deletions go all or not at all, and within the caps; of what is
    /// purged the oldest go, as many as a run takes; and all else goes, as what an earlier run began.
    #[test]
    fn caps_hold_back_their_own_kind_and_nothing_else(
        (region, begun, purges) in any_night(),
        max in 0_usize..10,
        percent in 0_usize..=100,
    ) {
        let caps = DeletionCaps { count: max, percent };
        let policy = policy(&[]);
        let terms = Terms { policy: &policy, request: &Request::default(), now: now(), announces: true, asked: None };
        let plan = Plan::make(&world(region), terms);
        let deletions = plan.deletions();
        let verdict = Consent::default().judge(&plan.digest(), caps.on(deletions), &plan.actions);
        let goes: Vec<_> = plan.actions.iter().zip(verdict.lets_through()).collect();
        let all = |is: fn(&Action) -> bool| goes.iter().filter(|(action, _)| is(action)).map(|(action, goes)| (action.id(), *goes)).collect::<Vec<_>>();
        let new = all(|action| matches!(action, Action::DeleteCluster(delete) if !delete.begun));
        let within = new.len() <= max && (deletions.marked < 10 || new.len() * 100 <= percent * deletions.marked);
        prop_assert!(new.iter().all(|(_, goes)| *goes == within), "{} of {}: {:?}", new.len(), deletions.marked, new);
        prop_assert_eq!(verdict.tripped.is_none(), within);
        let purged = all(|action| matches!(action, Action::DeleteSnapshot(_)));
        prop_assert_eq!(purged.len(), purges);
        let date = |action: &Action| match action {
            Action::DeleteSnapshot(delete) => Some(delete.purge_after),
            _ => None,
        };
        let order: Vec<_> = plan.actions.iter().filter_map(date).collect();
        prop_assert!(order.is_sorted(), "the oldest first: {:?}", order);
        prop_assert!(purged.iter().enumerate().all(|(n, (_, goes))| *goes == (n < max)), "{:?}", purged);
        let others = all(|action| !matches!(action, Action::DeleteSnapshot(_)) && !matches!(action, Action::DeleteCluster(delete) if !delete.begun));
        prop_assert!(others.iter().all(|(_, goes)| *goes), "{:?}", others);
        let finished = all(|action| matches!(action, Action::DeleteCluster(delete) if delete.begun));
        prop_assert_eq!(finished.len(), begun, "{}", plan);
    }
}

/// Clusters, so many of which an earlier run began to delete, and so many snapshots whose time is over.
fn any_night() -> impl Strategy<Value = (Region, usize, usize)> {
    (any_region(), 0..4_usize, 0..15_usize).prop_map(|(mut region, begun, purges)| {
        let half = |n: usize| {
            let mut one = cluster(&format!("half-{n}"));
            one.tags.set(tags::DELETE_REQUESTED, NOW);
            one.tags.set(tags::DELETE_OF, format!("{} 3", one.resource_id));
            one
        };
        region.clusters.extend((0..begun).map(half));
        let mut region = super::region(region.clusters);
        let snapshot = |n: usize| {
            // The oldest date under the last name.
            let id = format!("nightshift-old-202610{:02}t000000z-abcd1234", 28 - n);
            let purge = format!("2026-11-{:02}T00:00:00Z", n + 1);
            Snapshot {
                arn: format!("arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:{id}"),
                id,
                region: "eu-west-1".to_owned(),
                cluster_id: "old".to_owned(),
                resource_id: None,
                copy_of: None,
                engine: "aurora-mysql".to_owned(),
                engine_version: None,
                status: "available".to_owned(),
                created_at: None,
                kind: "manual".to_owned(),
                tags: [(tags::PURGE_AFTER, purge.as_str()), ("env", "dev")].into_iter().collect(),
            }
        };
        region.snapshots = Read::Known((0..purges).rev().map(snapshot).collect());
        (region, begun, purges)
    })
}

/// The region after AWS was asked for all that `plan` holds: clusters going or gone, snapshots with their marks.
fn applied(mut region: Region, plan: &Plan, gone: bool) -> Region {
    let mut snapshots = Vec::new();
    for action in &plan.actions {
        let Action::DeleteCluster(delete) = action else { continue };
        let cluster = region.clusters.iter_mut().find(|cluster| cluster.id == delete.id).unwrap();
        cluster.status = "deleting".to_owned();
        cluster.members.clear();
        cluster.tags = cluster.tags.clone().with(delete.marks.clone());
        cluster.tags.set(tags::DELETE_REQUESTED, NOW);
        if let Some(keep) = &delete.keep {
            let mut kept = keep.tags.clone();
            kept.set(tags::PURGE_AFTER, "2026-12-21T02:00:00Z");
            snapshots.push(Snapshot {
                id: keep.name.clone(),
                arn: keep.arn.clone(),
                region: region.name.clone(),
                cluster_id: delete.id.clone(),
                resource_id: Some(delete.resource_id.clone()),
                copy_of: None,
                engine: cluster.engine.clone(),
                engine_version: None,
                status: "available".to_owned(),
                created_at: Some(now()),
                kind: "manual".to_owned(),
                tags: kept,
            });
        }
    }
    region.snapshots = Read::Known(snapshots);
    if gone {
        region.clusters.retain(|cluster| cluster.status != "deleting");
    }
    region
}
