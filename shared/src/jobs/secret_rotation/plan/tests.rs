//! Decisions by example, over small worlds made by hand.

mod edited;
mod rehearsal;
mod server;

use std::collections::BTreeSet;

use super::*;
use crate::config::Settings;
use crate::domains::databases::Login;
use crate::jobs::secret_rotation::model::{Pair, Rights, Role, Roles, Second, Stored, Tried};
use crate::run::Done;
use crate::run::plan::Act;
use crate::services::Read;
use crate::services::secrets::{Described, RotationFacts, Version};
use crate::services::sql::{Engine, SqlError};
use crate::services::tags::Tags;

const OLD: &str = "old-version";
const NEW: &str = "new-version";

fn login() -> Login {
    Login {
        engine: Engine::Postgres,
        host: "db.example".to_owned(),
        port: 5432,
        user: "app".to_owned(),
        database: None,
        tls_name: None,
        master: None,
    }
}

fn version(id: &str, labels: &[&str]) -> Version {
    let labels = labels.iter().map(|label| (*label).to_owned()).collect();
    Version { id: id.to_owned(), labels, created_at: None, last_accessed: None }
}

fn stored(id: &str, tried: Tried) -> Stored {
    Stored { version: id.to_owned(), login: Ok(login()), tried }
}

/// In the middle of a rotation.
fn world() -> World {
    let secret = Described {
        arn: "arn:s".to_owned(),
        deleted: false,
        deletion: None,
        managed_by: None,
        kms_key: None,
        primary_region: None,
        rotation: RotationFacts { enabled: true, ..RotationFacts::default() },
        labelled: vec![version(NEW, &["AWSPENDING"]), version(OLD, &["AWSCURRENT"])],
        tags: Tags::default(),
    };
    World {
        account: "111122223333".to_owned(),
        secret: Some(secret),
        current: Some(stored(OLD, Tried::Works)),
        pending: Some(stored(NEW, Tried::Refused)),
        edited: false,
        previous: None,
        left_over: Vec::new(),
        proxies: Read::NotAsked,
        second: None,
        speaks: None,
        pair: None,
        rights: None,
    }
}

fn of(world: &World, step: Step) -> Plan {
    by(&[], world, step)
}

fn by(variables: &[(&str, &str)], world: &World, step: Step) -> Plan {
    let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let policy = Policy::read(&mut Settings::of(&environment), Some("eu-west-1"));
    let (secret, region, token) = ("app-secret".to_owned(), "eu-west-1".to_owned(), NEW.to_owned());
    let request = Request { secret, region, token, step, rotation_token: None };
    Plan::make(world, Terms { policy: &policy, request: &request })
}

/// What a plan comes to, in a line.
fn said(world: &World, step: Step) -> String {
    said_by(&[], world, step)
}

fn said_by(variables: &[(&str, &str)], world: &World, step: Step) -> String {
    let plan = by(variables, world, step);
    match (plan.actions.first(), plan.left.first()) {
        (Some(action), None) => action.steps().join("; "),
        (None, Some(left)) => format!("{} {}", left.outcome.as_str(), left.reason.code),
        other => panic!("{other:?}"),
    }
}

fn with(change: impl FnOnce(&mut World)) -> World {
    let mut world = world();
    change(&mut world);
    world
}

fn secret(world: &mut World) -> &mut Described {
    world.secret.as_mut().expect("there is one")
}

#[test]
fn each_step_does_its_own_part() {
    let fresh = with(|world| world.pending = None);
    assert_eq!(said(&fresh, Step::Create), "store a new password of app as version new-version, AWSPENDING");
    assert_eq!(
        said(&world(), Step::Set),
        "as app, by its current password (version old-version): ALTER ROLE \"app\" PASSWORD '********'"
    );
    let works = with(|world| world.pending = Some(stored(NEW, Tried::Works)));
    assert_eq!(said(&works, Step::Test), "already_right tested");
    assert_eq!(
        said(&world(), Step::Finish),
        "move AWSCURRENT from version old-version to new-version; take AWSPENDING from version new-version"
    );
    assert_eq!(said(&world(), Step::Create), "already_right staged", "the same token makes no other password");
    assert_eq!(said(&works, Step::Set), "already_right already-set");
}

#[test]
fn what_has_to_hold_before_a_step_holds_before_every_step() {
    let lingers = |world: &mut World| secret(world).labelled = vec![version(NEW, &["AWSCURRENT", "AWSPENDING"])];
    for step in [Step::Create, Step::Set, Step::Test, Step::Finish] {
        let refused = |change: &dyn Fn(&mut World)| said(&with(|world| change(world)), step);
        for (expected, change) in [
            ("failed no-such-secret", &(|world: &mut World| world.secret = None) as &dyn Fn(&mut World)),
            ("failed no-such-secret", &|world| secret(world).deleted = true),
            ("failed secret-managed", &|world| secret(world).managed_by = Some("rds".to_owned())),
            ("failed rotation-off", &|world| secret(world).rotation.enabled = false),
            ("failed version-unknown", &|world| _ = secret(world).labelled.remove(0)),
            ("failed version-not-pending", &|world| secret(world).labelled[0] = version(NEW, &["AWSPREVIOUS"])),
            ("failed previous-incomplete", &|world| {
                secret(world).labelled[0] = version(NEW, &["KEPT"]);
                secret(world).labelled.push(version("third", &["AWSPENDING"]));
            }),
            ("already_right already-current", &|world| secret(world).labelled[0] = version(NEW, &["AWSCURRENT"])),
        ] {
            assert_eq!(refused(change), expected, "{step:?}");
        }
        let expected = if step == Step::Finish {
            "take AWSPENDING from version new-version"
        } else {
            "already_right already-current"
        };
        assert_eq!(said(&with(lingers), step), expected);
    }
}

#[test]
fn a_version_without_a_value_is_neither_set_nor_tested_nor_handed_out() {
    let empty = with(|world| world.pending = None);
    for step in [Step::Set, Step::Test, Step::Finish] {
        assert_eq!(said(&empty, step), "failed no-pending-value", "{step:?}");
    }
    let none = |world: &mut World| {
        world.current = None;
        secret(world).labelled.truncate(1);
    };
    for step in [Step::Create, Step::Set, Step::Finish] {
        assert_eq!(said(&with(none), step), "failed no-current", "{step:?}");
    }
}

#[test]
fn the_login_sets_its_password_by_whichever_works_and_stops_where_nobody_can_tell() {
    let failed = || Tried::Failed(SqlError::unreachable("logging in", "silence"));
    let tried = |pending, current, previous, left_over: Vec<Tried>| {
        let world = with(|world| {
            world.pending = Some(stored(NEW, pending));
            world.current = Some(stored(OLD, current));
            world.previous = Some(stored("before", previous));
            world.left_over = left_over.into_iter().map(|tried| stored("half-way", tried)).collect();
        });
        said(&world, Step::Set).split(':').next().unwrap_or_default().to_owned()
    };
    let refused = || Tried::Refused;
    for (found, expected) in [
        (tried(Tried::Works, Tried::Not, Tried::Not, vec![]), "already_right already-set"),
        (tried(refused(), Tried::Works, Tried::Not, vec![]), "as app, by its current password (version old-version)"),
        (tried(refused(), refused(), Tried::Works, vec![]), "as app, by its previous password (version before)"),
        (
            tried(refused(), refused(), refused(), vec![refused(), Tried::Works]),
            "as app, by its left-over password (version half-way)",
        ),
        (tried(refused(), refused(), refused(), vec![refused()]), "failed no-password-works"),
        (tried(failed(), Tried::Not, Tried::Not, vec![]), "failed sql-no-answer"),
        (tried(refused(), failed(), Tried::Not, vec![]), "failed sql-no-answer"),
        (tried(refused(), refused(), failed(), vec![]), "failed sql-no-answer"),
    ] {
        assert_eq!(found, expected);
    }
    let test = |tried| said(&with(|world| world.pending = Some(stored(NEW, tried))), Step::Test);
    assert_eq!((test(refused()), test(failed())), ("failed test-failed".to_owned(), "failed sql-no-answer".to_owned()));
}

#[test]
fn no_password_goes_to_another_server_or_user() {
    for step in [Step::Create, Step::Set] {
        let coming = |change: &dyn Fn(&mut Login)| {
            let mut other = login();
            change(&mut other);
            let pending = Stored { login: Ok(other), ..stored(NEW, Tried::Works) };
            said(&with(|world| world.pending = Some(pending)), step)
        };
        assert_eq!(coming(&|login| login.host = "collector.example".to_owned()), "failed other-server");
        assert_eq!(coming(&|login| login.port = 1), "failed other-server");
        assert_eq!(coming(&|login| login.user = "master".to_owned()), "failed other-user");
        let broken = Stored { login: Err("holds no JSON object".to_owned()), ..stored(NEW, Tried::Not) };
        assert_eq!(said(&with(|world| world.pending = Some(broken)), step), "failed secret-malformed");
    }
}

#[test]
fn who_is_the_servers_or_protected_is_not_rotated() {
    let of_user = |user: &str| {
        let named = Stored { login: Ok(Login { user: user.to_owned(), ..login() }), ..stored(OLD, Tried::Not) };
        let world = with(|world| (world.current, world.pending) = (Some(named), None));
        said(&world, Step::Create)
    };
    assert_eq!(of_user("rdsadmin"), "failed name-unfit");
    assert_eq!(of_user(&"x".repeat(64)), "failed name-unfit");
    assert!(of_user("app").starts_with("store a new password"));
    // Nor the other of a pair, whichever of the two is named.
    let protects = |pattern: &str| {
        let world = paired(|world| world.pending = None);
        said_by(&[("NIGHTSHIFT_PROTECTED", pattern)], &world, Step::Create)
    };
    for pattern in ["app", "app_clone", "*_clone", "APP*"] {
        assert_eq!(protects(pattern), "failed protected", "{pattern}");
    }
    assert!(protects("clone").starts_with("store a new password"));
    // Nor half of one who logs in by way of a proxy.
    let host = "front.proxy-abc.eu-west-1.rds.amazonaws.com".to_owned();
    let proxied = Stored { login: Ok(Login { host, ..login() }), ..stored(OLD, Tried::Not) };
    let world = with(|world| {
        (world.current, world.pending) = (Some(proxied.clone()), Some(Stored { version: NEW.to_owned(), ..proxied }));
    });
    assert_eq!([Step::Create, Step::Set].map(|step| said(&world, step)), ["failed host-is-proxy"; 2]);
}

#[test]
fn tags_say_how_and_a_wrong_one_is_refused() {
    let tagged = |key: &str, value: &str| {
        let world = with(|world| {
            world.pending = None;
            secret(world).tags = [(key, value)].into_iter().collect();
        });
        said(&world, Step::Create)
    };
    assert!(tagged("nightshift:rotation-strategy", "single-user").starts_with("store a new password"));
    assert_eq!(tagged("nightshift:rotation-strategy", "multi"), "failed bad-tag");
    assert_eq!(tagged("nightshift:password-length", "7"), "failed bad-tag");
    assert_eq!(tagged("nightshift:rotation-strategy", "dual-password"), "failed strategy-unavailable");
}

#[test]
fn nothing_in_a_plan_is_a_password_and_the_same_world_is_the_same_plan() {
    let plan = of(&world(), Step::Set);
    assert_eq!(plan.digest(), of(&world(), Step::Set).digest());
    assert_ne!(plan.digest(), of(&world(), Step::Finish).digest());
    insta::assert_snapshot!(plan, @r#"
    setSecret of app-secret
      as app, by its current password (version old-version): ALTER ROLE "app" PASSWORD '********'
    "#);
}

/// A secret that names its master's, with the other login on its way.
fn paired(change: impl FnOnce(&mut World)) -> World {
    let master = Some("arn:master".to_owned());
    let current = Login { master: master.clone(), ..login() };
    let coming = Login { master, user: "app_clone".to_owned(), ..login() };
    with(|world| {
        world.current = Some(Stored { login: Ok(current), ..stored(OLD, Tried::Works) });
        world.pending = Some(Stored { login: Ok(coming), ..stored(NEW, Tried::Works) });
        world.proxies = Read::Known(Vec::new());
        let role = || Role { administered: true, connections: -1, ..Role::default() };
        let (base, clone, membership) = (Some(role()), None, None);
        let (known, own, everybodys) = (true, Vec::new(), BTreeSet::new());
        let roles = Roles { version: 16, master: "master".to_owned(), base, clone, membership, known, own, everybodys };
        world.pair = Some(Ok(Pair::Roles(roles)));
        world.rights = Some(Ok(Rights::default()));
        change(world);
    })
}

#[test]
fn of_a_pair_the_other_gets_the_password_from_the_master_and_only_where_the_current_one_works() {
    let fresh = paired(|world| world.pending = None);
    assert_eq!(said(&fresh, Step::Create), "store a new password of app_clone as version new-version, AWSPENDING");
    let set = said(&paired(|_| {}), Step::Set);
    assert!(set.starts_with("as the master master: CREATE ROLE \"app_clone\" LOGIN; "), "{set}");
    assert!(set.ends_with("; as the master master: ALTER ROLE \"app_clone\" PASSWORD '********'"), "{set}");
    let current = |outcome: Tried| {
        said(&paired(|world| world.current.as_mut().expect("there is one").tried = outcome), Step::Set)
    };
    assert_eq!(current(Tried::Refused), "failed no-password-works");
    assert_eq!(current(Tried::Not), "failed no-password-works");
    assert_eq!(current(Tried::Failed(SqlError::unreachable("x", "y"))), "failed sql-no-answer");
    // The turn is the other's: neither the same again nor anybody else.
    for user in ["app", "master", "app_clone_clone"] {
        let other = Login { user: user.to_owned(), master: Some("arn:master".to_owned()), ..login() };
        let world = paired(|world| world.pending = Some(Stored { login: Ok(other), ..stored(NEW, Tried::Works) }));
        assert_eq!(said(&world, Step::Set), "failed other-user", "{user}");
    }
    let unfit = Reason::plain(&codes::MASTER_UNFIT, "another server's");
    assert_eq!(said(&paired(|world| world.pair = Some(Err(unfit))), Step::Set), "failed master-unfit");
}

#[test]
fn behind_a_proxy_or_where_nobody_can_tell_there_is_no_pair() {
    let proxies = |proxies: Read<Vec<String>>| {
        let world = paired(|world| (world.pending, world.proxies) = (None, proxies));
        said(&world, Step::Create)
    };
    assert_eq!(proxies(Read::Known(vec!["front".to_owned()])), "failed behind-proxy");
    assert_eq!(proxies(Read::unknown("rds:DescribeDBProxies", "no")), "failed proxies-unknown");
    assert_eq!(proxies(Read::NotAsked), "failed proxies-unknown");
    let long = paired(|world| {
        let user = "x".repeat(58);
        let login = Login { user, master: Some("arn:master".to_owned()), ..login() };
        (world.pending, world.current) = (None, Some(Stored { login: Ok(login), ..stored(OLD, Tried::Not) }));
    });
    assert_eq!(said(&long, Step::Create), "failed name-unfit", "with _clone it is too long");
}

#[test]
fn rights_that_differ_are_told_and_the_version_is_not_proven() {
    let differ = vec!["only app has SELECT on task".to_owned()];
    let plan = of(&paired(|world| world.rights = Some(Ok(Rights { differ }))), Step::Test);
    let reason = &plan.left[0].reason;
    assert!(reason.is(&codes::RIGHTS_DIFFER) && reason.message.ends_with("(1 in all): only app has SELECT on task"));
    assert_eq!(said(&paired(|_| {}), Step::Test), "already_right tested");
    let failed = SqlError::unreachable("reading", "silence");
    assert_eq!(
        said(&paired(|world| world.rights = Some(Err(gate::of_server(&failed)))), Step::Test),
        "failed sql-no-answer"
    );
}

#[test]
fn the_password_of_before_is_kept_where_it_can_be_and_gone_back_to_after_a_rotation_left_half_way() {
    let dual = |engine: Engine, second: Option<Second>| {
        let world = with(|world| {
            secret(world).tags = [("nightshift:rotation-strategy", "dual-password")].into_iter().collect();
            for stored in [&mut world.current, &mut world.pending].into_iter().flatten() {
                stored.login = Ok(Login { engine, ..login() });
            }
            world.second = second;
            world.speaks = Some(Ok(engine));
        });
        of(&world, Step::Set)
    };
    let steps = |plan: &Plan| {
        let steps =
            plan.actions.iter().flat_map(Act::steps).map(|step| step.split_once(": ").map(|(_, sql)| sql.to_owned()));
        steps.flatten().collect::<Vec<_>>()
    };
    let keeps = "ALTER USER USER() IDENTIFIED BY '********' RETAIN CURRENT PASSWORD";
    let bare = "ALTER USER USER() IDENTIFIED BY '********'";
    let second = |allowed, half_way| Some(Second { allowed, half_way });
    assert_eq!(steps(&dual(Engine::Mysql, second(true, false))), [keeps]);
    assert_eq!(steps(&dual(Engine::Mysql, second(true, true))), [bare, keeps]);
    for second in [second(false, false), second(false, true), None] {
        let plan = dual(Engine::Mysql, second);
        assert_eq!(steps(&plan), [bare]);
        let What::Set(set) = &plan.actions[0].what else { panic!("{plan}") };
        assert!(set.note.as_ref().is_some_and(|note| note.is(&codes::NO_SECOND_PASSWORD)));
    }
    for engine in [Engine::Mariadb, Engine::Postgres] {
        assert!(dual(engine, None).left[0].reason.is(&codes::STRATEGY_UNAVAILABLE), "{engine}");
    }
}

#[test]
fn a_report_names_the_secret_its_region_and_the_step_and_nobody_as_its_owner() {
    let works = with(|world| world.pending = Some(stored(NEW, Tried::Works)));
    for (world, step, acts) in [(world(), Step::Finish, true), (works, Step::Test, false)] {
        let plan = of(&world, step);
        assert_eq!(plan.actions.len(), usize::from(acts));
        let items = plan.items(vec![Done::changed(Vec::new()); plan.actions.len()]);
        let [item] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!(
            (item.id.as_str(), item.region.as_str(), item.owner.as_deref(), &item.domain["rotation"]["secret"]),
            ("app-secret", "eu-west-1", None, &serde_json::json!("app-secret"))
        );
        assert_eq!(item.domain["rotation"]["step"], plan.scope.step);
    }
}
