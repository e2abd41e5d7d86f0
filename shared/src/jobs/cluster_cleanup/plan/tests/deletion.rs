//! What a deletion holds, and when it keeps the data.

use super::*;
use crate::domains::clusters::notice::{Fate, Parties};

fn keeps_data(variables: &[(&str, &str)], clusters: Vec<Cluster>) -> bool {
    let plan = plan_of(region(clusters), &policy(variables), &Request::default());
    plan.actions
        .iter()
        .any(|action| matches!(action, Action::DeleteCluster(delete) if delete.id == "clone" && delete.keep.is_some()))
}

#[test]
fn a_clone_is_one_only_if_its_named_source_stands_in_the_same_group() {
    let made = |at: &str| Some(at.parse().unwrap());
    let source = || Cluster { tags: Tags::default(), created_at: made("2026-10-01T00:00:00Z"), ..cluster("source") };
    let clone = |named: &str| {
        let mut clone = cluster("clone");
        clone.tags.set("nightshift:source", named);
        clone
    };
    let arn = source().arn;
    assert!(!keeps_data(&[], vec![source(), clone("source")]));
    assert!(!keeps_data(&[], vec![source(), clone(&arn)]));
    assert!(keeps_data(&[], vec![source(), cluster("clone")]), "the group alone proves nothing");
    assert!(keeps_data(&[], vec![clone("source")]), "the source is gone");
    assert!(keeps_data(&[], vec![source(), clone("clone")]), "nobody is their own source");
    assert!(
        keeps_data(&[], vec![Cluster { created_at: made("2026-11-02T00:00:00Z"), ..source() }, clone("source")]),
        "a source is older than its clone"
    );
    assert!(keeps_data(&[], vec![Cluster { clone_group: Some("other".to_owned()), ..source() }, clone("source")]));
    assert!(keeps_data(&[], vec![Cluster { status: "deleting".to_owned(), ..source() }, clone("source")]));
    assert!(keeps_data(&[("NIGHTSHIFT_FINAL_SNAPSHOT", "always")], vec![source(), clone("source")]));
    assert!(!keeps_data(&[("NIGHTSHIFT_FINAL_SNAPSHOT", "never")], vec![cluster("clone")]));
}

/// A source without an expiry, and an expired clone of it, both after `change`.
fn pair(change: impl FnOnce(&mut Cluster, &mut Cluster)) -> Vec<Cluster> {
    let made = Some("2026-10-01T00:00:00Z".parse().unwrap());
    let mut source = Cluster { tags: Tags::default(), created_at: made, ..cluster("source") };
    let mut clone = cluster("clone");
    clone.tags.set("nightshift:source", "source");
    change(&mut source, &mut clone);
    vec![source, clone]
}

fn expires(cluster: &mut Cluster, at: &str) {
    cluster.tags = [("auto-delete-after", at), ("env", "dev")].into_iter().collect();
}

/// The policy may have changed since, or the source may be one again that stays.
#[test]
fn who_was_told_of_a_copy_gets_one_though_the_source_holds_the_data() {
    let told = |word: &str, expiry: &str, owner: &str| {
        pair(|_, clone| {
            let Parties { by, who, .. } =
                policy(&[]).parties(&clone.tags.clone().with([("owner", owner)].into_iter().collect()));
            let (id, name) = (&clone.resource_id, &clone.id);
            let notice = format!("2026-11-20T00:00:00Z {expiry} {id} {name} {by} {who} {word}");
            clone.tags.set(tags::NOTIFIED, notice);
        })
    };
    assert!(keeps_data(&[], told("kept", PAST, "ana")));
    assert!(!keeps_data(&[], told("source", PAST, "ana")));
    assert!(!keeps_data(&[], told("kept", "2026-11-01T00:00:00Z", "ana")), "of another expiry");
    assert!(!keeps_data(&[], told("kept", PAST, "ben")), "another owner");
    assert!(!keeps_data(&[("NIGHTSHIFT_FINAL_SNAPSHOT", "never")], told("kept", PAST, "ana")), "told anew before");
}

/// The letter and the memory of it are about the same.
#[test]
fn what_is_remembered_of_the_data_is_what_the_letter_says() {
    let fate = |variables: &[(&str, &str)], clusters: Vec<Cluster>| {
        let policy = policy(&[&[("NIGHTSHIFT_MIN_NOTICE_HOURS", "20")], variables].concat());
        let request = Request::default();
        let terms = Terms { policy: &policy, request: &request, now: now(), announces: true, asked: None };
        let plan = Plan::make(&world(region(clusters)), terms);
        plan.actions.iter().find_map(|action| match action {
            Action::WarnOwner(warn) if warn.id == "clone" => Some(warn.parties.fate),
            _ => None,
        })
    };
    assert_eq!(fate(&[], pair(|_, _| {})), Some(Fate::InSource));
    assert_eq!(fate(&[], pair(|source, _| expires(source, NOW))), Some(Fate::Copy));
    assert_eq!(fate(&[("NIGHTSHIFT_FINAL_SNAPSHOT", "always")], pair(|_, _| {})), Some(Fate::Copy));
    assert_eq!(fate(&[("NIGHTSHIFT_FINAL_SNAPSHOT", "never")], pair(|_, _| {})), Some(Fate::Lost));
}

/// What must not be anywhere but in production is kept in no snapshot, whatever the policy is of other clusters.
#[test]
fn no_snapshot_is_ever_made_of_a_raw_copy() {
    let raw = |left_out: &str| {
        pair(|_, clone| {
            for (key, value) in [
                (tags::RAW, "orders-ana"),
                (tags::RULES, "sha256:00"),
                (tags::CLONE, tags::CREATING),
                (tags::TOOL, "nightshift 0.1.0"),
                ("nightshift:source", "arn:aws:rds:eu-west-1:111122223333:cluster:gone"),
            ] {
                if key != left_out {
                    clone.tags.set(key, value);
                }
            }
        })
    };
    let goes_without = |variables: &[(&str, &str)], clusters: Vec<Cluster>| {
        let plan = plan_of(region(clusters), &policy(variables), &Request::default());
        let without =
            |action: &Action| matches!(action, Action::DeleteCluster(it) if it.id == "clone" && it.keep.is_none());
        plan.actions.iter().any(without)
    };
    for variables in [&[][..], &[("NIGHTSHIFT_FINAL_SNAPSHOT", "always")][..]] {
        assert!(goes_without(variables, raw("")), "{variables:?}");
        assert!(keeps_data(variables, raw(tags::RAW)), "{variables:?}: any other clone whose source is gone");
        assert!(keeps_data(variables, raw(tags::RULES)), "{variables:?}: one tag is soon put on by hand");
    }
}

#[test]
fn a_source_that_goes_itself_holds_nothing() {
    for (at, keeps) in [(PAST, true), (NOW, true), ("2026-11-21T02:00:01Z", false), ("never", false), ("friday", false)]
    {
        assert_eq!(keeps_data(&[], pair(|source, _| expires(source, at))), keeps, "{at}");
    }
    // Whatever stops it tonight may be gone tomorrow.
    assert!(keeps_data(
        &[],
        pair(|source, _| {
            expires(source, PAST);
            source.deletion_protection = Some(true);
        })
    ));
    // What we may never delete, another deployment may, by a policy that keeps nothing.
    let protected = [("NIGHTSHIFT_PROTECTED", "source")];
    assert!(keeps_data(&protected, pair(|source, _| expires(source, PAST))));
    let of_another = |at: &'static str| {
        keeps_data(
            &[],
            pair(move |source, _| {
                expires(source, at);
                source.tags.set("env", "prod");
            }),
        )
    };
    for (at, keeps) in
        [(PAST, true), ("2026-11-25", true), ("2026-12-20", true), ("2026-12-22", false), ("never", false)]
    {
        assert_eq!(of_another(at), keeps, "{at}");
    }
    // Whatever its expiry tag is called, it has said of it that it goes.
    assert!(keeps_data(
        &[],
        pair(|source, _| {
            source.tags.set(tags::NOTIFIED, format!("{PAST} {PAST} {} 0123456789ab", source.resource_id));
        })
    ));
    assert!(!keeps_data(&[], pair(|source, _| source.tags.set(tags::NOTIFIED, tags::VOID))));
    assert!(keeps_data(&[], pair(|source, _| source.tags.set("Auto_Delete_After", PAST))));
    // A deletion some run has asked for, this one or another.
    assert!(keeps_data(
        &[],
        pair(|source, _| {
            source.tags.set(tags::DELETE_REQUESTED, PAST);
            source.tags.set(tags::DELETE_OF, format!("{} 2", source.resource_id));
        })
    ));
}

#[test]
fn a_source_whose_data_cannot_be_read_holds_nothing() {
    for status in ["available", "backing-up", "modifying", "stopped", "stopping", "upgrading", "maintenance"] {
        assert!(!keeps_data(&[], pair(|source, _| source.status = status.to_owned())), "{status}");
    }
    for status in [
        "inaccessible-encryption-credentials",
        "inaccessible-encryption-credentials-recoverable",
        "cloning-failed",
        "migration-failed",
        "creating",
        "backtracking",
        "deleting",
        "a-status-of-next-year",
    ] {
        assert!(keeps_data(&[], pair(|source, _| source.status = status.to_owned())), "{status}");
    }
}

#[test]
fn an_event_about_a_clone_alone_changes_nothing_about_its_source() {
    let request = Request { clusters: Some(["clone".to_owned()].into()), ..Request::default() };
    let plan = plan_of(region(pair(|source, _| expires(source, PAST))), &policy(&[]), &request);
    let [Action::DeleteCluster(delete)] = plan.actions.as_slice() else { panic!("{plan}") };
    assert!(delete.id == "clone" && delete.keep.is_some(), "{plan}");
}

#[test]
fn a_source_whose_owner_is_being_told_that_it_goes_holds_nothing_either() {
    let notice = [("NIGHTSHIFT_MIN_NOTICE_HOURS", "20")];
    let told = |cluster: &mut Cluster, at: &str| {
        let parties = policy(&[]).parties(&cluster.tags);
        let (at, past) = (at.parse().unwrap(), PAST.parse().unwrap());
        let mark = crate::domains::clusters::notice::mark(at, past, &cluster.id, &cluster.resource_id, &parties);
        cluster.tags = cluster.tags.clone().with(mark);
    };
    for told_at in [None, Some("2026-11-21T01:00:00Z"), Some("2026-11-20T00:00:00Z")] {
        let clusters = pair(|source, clone| {
            expires(source, PAST);
            told(clone, "2026-11-20T00:00:00Z");
            if let Some(at) = told_at {
                told(source, at);
            }
        });
        assert!(keeps_data(&notice, clusters), "{told_at:?}");
    }
}

#[test]
fn of_a_chain_of_clones_each_whose_source_goes_keeps_its_data() {
    let link = |id: &str, source: &str, day: u32, expiry: &str| {
        let mut link = cluster(id);
        link.created_at = Some(format!("2026-10-{day:02}T00:00:00Z").parse().unwrap());
        expires(&mut link, expiry);
        if source != "-" {
            link.tags.set("nightshift:source", source);
        }
        link
    };
    let kept = |root: &str| {
        let chain =
            [link("d", "c", 4, PAST), link("b", "a", 2, PAST), link("a", "-", 1, root), link("c", "b", 3, PAST)];
        let plan = plan_of(region(chain.to_vec()), &policy(&[]), &Request::default());
        let delete = |action: &Action| match action {
            Action::DeleteCluster(delete) => (delete.id.clone(), delete.keep.is_some()),
            other => panic!("{other:?}"),
        };
        let mut kept: Vec<_> = plan.actions.iter().map(delete).collect();
        kept.sort();
        kept.into_iter().map(|(id, kept)| format!("{id} {kept}")).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(kept("never"), "b false, c true, d true");
    assert_eq!(kept(PAST), "a true, b true, c true, d true");
}

#[test]
fn a_deletion_is_readers_then_writer_then_cluster_with_its_data_kept() {
    let mut named = cluster("orders");
    named.resource_id = "cluster-ABCD1234EFGH".to_owned();
    let plan = plan_of(region(vec![named]), &policy(&[]), &Request::default());
    insta::assert_snapshot!(plan, @"
    plan for account 111122223333: 1 to do, 0 left alone
      orders in eu-west-1
        - delete reader orders-r
        - delete writer orders-w
        - delete cluster orders, keep its data 30 days in snapshot nightshift-orders-20261120t000000z-abcd1234
    ");
    let [Action::DeleteCluster(delete)] = plan.actions.as_slice() else { panic!("{plan}") };
    let keep = delete.keep.as_ref().unwrap();
    assert_eq!(
        keep.arn,
        "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:nightshift-orders-20261120t000000z-abcd1234"
    );
    assert_eq!(keep.tags.get("owner"), Some("ana"));
    assert_eq!(keep.tags.get("auto-delete-after"), None, "a snapshot never carries the expiry");
    assert_eq!(keep.tags.get(tags::FINAL_OF), Some("cluster-ABCD1234EFGH"));
    let facts = Facts::from_tags(&keep.tags).unwrap().unwrap();
    assert_eq!(facts.members.iter().map(|member| member.id.as_str()).collect::<Vec<_>>(), ["orders-w", "orders-r"]);
}

#[test]
fn a_source_that_is_a_clone_itself_holds_nothing_however_long_it_stays() {
    let chain = |expiry: &str| {
        let mut root = Cluster { tags: Tags::default(), ..cluster("root") };
        root.created_at = Some("2026-09-01T00:00:00Z".parse().unwrap());
        let mut clusters = pair(|source, _| {
            expires(source, expiry);
            source.tags.set("nightshift:source", "root");
        });
        clusters.push(root);
        keeps_data(&[], clusters)
    };
    for expiry in ["2026-11-21T06:00:00Z", "2026-12-20T00:00:00Z", "2026-12-22T00:00:00Z", "never"] {
        assert!(chain(expiry), "{expiry}: its owner may move that, and then it goes without a snapshot");
    }
    assert!(
        !keeps_data(&[], pair(|source, _| expires(source, "2026-11-21T06:00:00Z"))),
        "it leaves a snapshot of its own"
    );
}
