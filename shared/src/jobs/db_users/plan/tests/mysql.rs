//! `MySQL` and `MariaDB`: what is granted, taken and told, by the rows there are; and how accounts are made and go.

use super::*;
use crate::domains::databases::token_of;
use crate::jobs::db_users::model::{Account, Accounts, Held, InGrant, SchemaGrant};

/// A plan for `user` in a world of these accounts and rows.
fn planned(engine: Engine, revoke: Revoke, user: UserRequest, change: &dyn Fn(&mut Accounts)) -> Plan {
    let request = Request { engine, revoke, database: "my_shop".to_owned(), ..request(vec![user]) };
    let mut world = world(9, &request);
    (world.server.engine, world.server.database) = (engine, "my_shop".to_owned());
    let mut accounts = Accounts { database: true, from: "10.1.2.3".to_owned(), ..Accounts::default() };
    account(&mut accounts, "app", "%", Account::default());
    change(&mut accounts);
    world.state = Catalogs::Mysql(accounts);
    with_secret(&mut world, "app", present("app", Trial::Works));
    plan_under(&protecting("vip"), &world, &request)
}

fn account(accounts: &mut Accounts, name: &str, host: &str, account: Account) {
    accounts.accounts.insert((name.to_owned(), host.to_owned()), account);
}

fn on(accounts: &mut Accounts, pattern: &str, words: &str, passable: bool) {
    let row = |word: &str| SchemaGrant {
        grantee: "'app'@'%'".to_owned(),
        database: pattern.to_owned(),
        privilege: word.to_owned(),
        passable,
    };
    accounts.grants.extend(words.split(',').map(row));
}

fn inside(accounts: &mut Accounts, database: &str, word: &str, passable: bool) {
    accounts.inner.push(InGrant {
        grantee: "'app'@'%'".to_owned(),
        database: database.to_owned(),
        on: format!("`{database}`.`t`"),
        privilege: word.to_owned(),
        column: None,
        passable,
    });
}

/// What is sent for `app`, who is to read.
fn sent(revoke: Revoke, change: &dyn Fn(&mut Accounts)) -> (Vec<String>, Vec<&'static str>) {
    let plan = planned(Engine::Mysql, revoke, user("app"), change);
    (steps(&plan, "app"), notes(&plan, "app"))
}

fn nothing() -> Vec<String> {
    Vec::new()
}

#[test]
fn the_row_that_counts_is_the_databases_own_or_the_most_literal_pattern() {
    let grant = |words: &str| vec![format!("GRANT {words} ON `my\\_shop`.* TO 'app'@'%'")];
    assert_eq!(sent(Revoke::None, &|_| {}), (grant("SELECT"), vec![]));
    assert_eq!(sent(Revoke::None, &|a| on(a, "my\\_shop", "SELECT", false)), (nothing(), vec![]));
    assert_eq!(sent(Revoke::None, &|a| on(a, "my_shop", "SELECT", false)), (nothing(), vec![]));
    assert_eq!(sent(Revoke::None, &|a| on(a, "your\\_shop", "SELECT", false)), (grant("SELECT"), vec![]));
    // One that gives more, but not what is asked for: nothing of it is hidden.
    let (steps, told) = sent(Revoke::None, &|a| on(a, "my%", "INSERT", true));
    assert_eq!(steps, ["GRANT SELECT, INSERT ON `my\\_shop`.* TO 'app'@'%' WITH GRANT OPTION"]);
    assert_eq!(told, ["pattern-kept"]);
    let (steps, told) = sent(Revoke::Managed, &|a| on(a, "my%", "INSERT", false));
    assert_eq!((steps, told), (grant("SELECT"), vec!["pattern-hidden", "foreign-grant"]));
    // Its own row is looked at alone, whatever patterns give.
    let both = |a: &mut Accounts| {
        on(a, "my%", "SELECT", false);
        on(a, "my\\_shop", "DELETE", false);
    };
    assert_eq!(sent(Revoke::None, &both).0, grant("SELECT"));
    let tie = |a: &mut Accounts| {
        on(a, "my_sho%", "SELECT", false);
        on(a, "my_shop", "INSERT", false);
    };
    let plan = planned(Engine::Mysql, Revoke::None, user("app"), &tie);
    assert_eq!(why(&plan, "app"), "patterns-tie");
    let literal = |a: &mut Accounts| a.names_are_literal = true;
    assert_eq!(sent(Revoke::None, &literal).0, ["GRANT SELECT ON `my_shop`.* TO 'app'@'%'"]);
}

#[test]
fn managed_takes_what_is_in_the_database_and_all_what_is_elsewhere() {
    let given = |a: &mut Accounts| {
        on(a, "my\\_shop", "SELECT,DROP", true);
        on(a, "other", "SELECT", false);
        inside(a, "my_shop", "DELETE", false);
        inside(a, "other", "SELECT", false);
        a.roles.insert("'app'@'%'".to_owned(), vec![("'crew'@'%'".to_owned(), true), ("'far'@'%'".to_owned(), false)]);
    };
    assert_eq!(sent(Revoke::None, &given).0, nothing());
    let here = [
        "REVOKE GRANT OPTION ON `my\\_shop`.* FROM 'app'@'%'",
        "REVOKE DROP ON `my\\_shop`.* FROM 'app'@'%'",
        "REVOKE DELETE ON `my_shop`.`t` FROM 'app'@'%'",
    ];
    assert_eq!(sent(Revoke::Managed, &given).0, here);
    let everywhere = [
        here[0],
        here[1],
        "REVOKE SELECT ON `other`.* FROM 'app'@'%'",
        "REVOKE SELECT ON `other`.`t` FROM 'app'@'%'",
        here[2],
        "REVOKE 'crew'@'%' FROM 'app'@'%'",
    ];
    let (all, told) = sent(Revoke::All, &given);
    assert_eq!((all, told), (everywhere.map(str::to_owned).to_vec(), vec!["foreign-grant"]));
}

#[test]
fn an_account_is_locked_until_all_it_may_do_is_granted() {
    let made = |engine| steps(&planned(engine, Revoke::None, user("app"), &|a| a.accounts.clear()), "app");
    let (mysql, mariadb) = (made(Engine::Mysql), made(Engine::Mariadb));
    assert_eq!(mysql[0], "CREATE USER 'app'@'%' IDENTIFIED BY '********' ACCOUNT LOCK");
    assert_eq!(mariadb[0], "CREATE USER 'app'@'%' IDENTIFIED BY PASSWORD '********' ACCOUNT LOCK");
    let last = |steps: &[String]| steps.iter().rfind(|step| step.contains("USER")).cloned().unwrap_or_default();
    assert_eq!(last(&mysql), "ALTER USER 'app'@'%' IDENTIFIED BY '********' ACCOUNT UNLOCK");
    assert_eq!(last(&mariadb), "ALTER USER 'app'@'%' IDENTIFIED BY PASSWORD '********' ACCOUNT UNLOCK");
    // Its secret comes back: nobody is it meanwhile.
    let request = Request { engine: Engine::Mysql, ..request(vec![user("app")]) };
    let mut world = world(9, &request);
    world.server.engine = Engine::Mysql;
    let mut accounts = Accounts { database: true, ..Accounts::default() };
    account(&mut accounts, "app", "%", Account::default());
    world.state = Catalogs::Mysql(accounts);
    with_secret(
        &mut world,
        "app",
        Present { ours: true, deleted: true, current: None, ..present("app", Trial::NotTried) },
    );
    let back = steps(&plan(&world, &request), "app");
    assert_eq!(back[0], "ALTER USER 'app'@'%' ACCOUNT LOCK");
    assert_eq!(last(&back), "ALTER USER 'app'@'%' IDENTIFIED BY '********' ACCOUNT UNLOCK");
}

#[test]
fn another_way_to_log_in_is_kept_or_the_account_left_alone() {
    let by = |plugin: &str, or: &[&str]| {
        let or_by: Vec<_> = or.iter().map(|&plugin| plugin.to_owned()).collect();
        let plugin = plugin.to_owned();
        let plan = planned(Engine::Mariadb, Revoke::None, user("app"), &move |a| {
            account(
                a,
                "app",
                "%",
                Account { plugin: plugin.clone(), or_by: or_by.clone(), expired: true, ..Account::default() },
            );
        });
        (why(&plan, "app"), steps(&plan, "app").into_iter().rfind(|step| step.starts_with("ALTER USER")))
    };
    let set = |more: &str| Some(format!("ALTER USER 'app'@'%' IDENTIFIED {more}"));
    assert_eq!(by("mysql_native_password", &[]), ("planned", set("BY PASSWORD '********'")));
    let socket = set("VIA mysql_native_password USING '********' OR unix_socket");
    assert_eq!(by("mysql_native_password", &["unix_socket"]), ("planned", socket));
    assert_eq!(by("mysql_native_password", &["ed25519"]), ("other-plugin", None));
    assert_eq!(by("ed25519", &[]), ("other-plugin", None));
}

#[test]
fn a_password_that_the_server_would_not_take_again_is_made_anew() {
    let step = |facts: Account, trial: Trial| {
        let request = Request { engine: Engine::Mysql, ..request(vec![user("app")]) };
        let mut world = world(9, &request);
        world.server.engine = Engine::Mysql;
        let mut accounts = Accounts { database: true, ..Accounts::default() };
        account(&mut accounts, "app", "%", facts);
        world.state = Catalogs::Mysql(accounts);
        with_secret(&mut world, "app", present("app", trial));
        let plan = plan(&world, &request);
        plan.actions.iter().any(|action| {
            matches!(action, Action::Change(change) if change.secret.as_ref().is_some_and(|secret|
                matches!(secret.step, SecretStep::Stage { new_password: true, .. })))
        })
    };
    let remembers = || Account { remembers: true, ..Account::default() };
    assert!(!step(Account::default(), Trial::Refused) && step(remembers(), Trial::Refused));
    assert!(step(Account { locked: true, ..remembers() }, Trial::NotTried) && !step(remembers(), Trial::Works));
    assert!(
        step(Account { expired: true, ..Account::default() }, Trial::Works) && step(Account::default(), Trial::Expired)
    );
}

#[test]
fn what_keeps_an_account_and_what_goes_with_it() {
    let gone = || UserRequest { state: State::Absent, ..user("app") };
    let judged = |change: &dyn Fn(&mut Accounts)| {
        let plan = planned(Engine::Mysql, Revoke::None, gone(), change);
        (why(&plan, "app"), steps(&plan, "app"), notes(&plan, "app"))
    };
    let (code, all, _) = judged(&|_| {});
    assert_eq!(code, "planned");
    assert_eq!(all[all.len() - 2..], ["DROP USER 'app'@'%'", "delete secret app-secret, to be had back for 30 days"]);
    let defined = |a: &mut Accounts| {
        a.held
            .insert("app".to_owned(), vec![Held { database: Some("my_shop".to_owned()), owns: 1, ..Held::default() }]);
    };
    assert_eq!(judged(&defined).0, "owns-objects");
    assert_eq!(judged(&|a| account(a, "app_clone", "%", Account::default())).0, "has-clone");
    let members = |a: &mut Accounts| _ = a.members.insert(("app".to_owned(), "%".to_owned()), vec!["bob".to_owned()]);
    assert_eq!(judged(&members).0, "has-members");
    let locked = |a: &mut Accounts| {
        account(a, "app", "%", Account { locked: true, ..Account::default() });
        defined(a);
    };
    assert_eq!(judged(&locked).2, ["no-login"]);
    // Another account of the name goes by the same secret, and its sessions are its own.
    let plan = planned(Engine::Mysql, Revoke::None, gone(), &|a| account(a, "app", "10.%", Account::default()));
    let Some(Action::Drop(drop)) = plan.actions.first() else { panic!("{plan}") };
    assert_eq!((drop.secret.is_none(), notes(&plan, "app")), (true, vec!["secret-kept"]));
    assert_eq!(drop.sessions_of.as_ref().map(|sessions| sessions.others.clone()), Some(vec!["10.%".to_owned()]));
}

#[test]
fn a_secret_that_accounts_share_keeps_its_password() {
    let kept = |others: &[&str]| {
        let request = Request { engine: Engine::Mysql, ..request(vec![user("app")]) };
        let mut world = world(9, &request);
        world.server.engine = Engine::Mysql;
        let mut accounts = Accounts { database: true, ..Accounts::default() };
        for host in others {
            account(&mut accounts, "app", host, Account::default());
        }
        world.state = Catalogs::Mysql(accounts);
        with_secret(&mut world, "app", Present { ours: true, ..present("app", Trial::NotTried) });
        let plan = plan(&world, &request);
        let Some(Action::Change(change)) = plan.actions.first() else { panic!("{plan}") };
        change.secret.as_ref().is_some_and(|secret| secret.step == SecretStep::Keep && secret.sets_password)
    };
    assert!(kept(&["10.%"]), "the other one would be shut out");
    assert!(!kept(&[]), "it may be one that was deleted");
}

#[test]
fn what_cannot_be_tried_from_here_is_set_again() {
    let request =
        Request { engine: Engine::Mysql, ..request(vec![UserRequest { host: "10.9.%".to_owned(), ..user("app") }]) };
    let sets = |pending: bool| {
        let mut world = world(9, &request);
        world.server.engine = Engine::Mysql;
        let from = "10.1.2.3".to_owned();
        let mut accounts = Accounts { database: true, from, ..Accounts::default() };
        account(&mut accounts, "app", "10.9.%", Account::default());
        world.state = Catalogs::Mysql(accounts);
        let mut found = present("app", Trial::NotTried);
        if pending {
            let staged = token_of(&["arn:app", "v1", "stage"]);
            found.pending = found.current.clone().map(|current| Version { id: staged, ..current });
        }
        with_secret(&mut world, "app", found);
        let plan = plan(&world, &request);
        let Some(Action::Change(change)) = plan.actions.first() else { panic!("{plan}") };
        change.secret.as_ref().map(|secret| (matches!(secret.step, SecretStep::Promote { .. }), secret.sets_password))
    };
    assert_eq!(sets(true), Some((true, true)), "whether the database got it, nobody can tell");
    assert_eq!(sets(false), Some((false, false)));
}

#[test]
fn the_right_to_a_second_password_comes_with_that_rotation_and_goes_with_another() {
    use crate::domains::databases::Strategy;
    let rotated = |strategy| Rotation::On {
        strategy,
        function: Some("arn:rotate".to_owned()),
        schedule: "rate(30 days)".to_owned(),
        immediately: false,
    };
    let sent = |revoke, rotation: Rotation, keeps_second: bool| {
        let user = UserRequest { rotation, ..user("app") };
        let plan = planned(Engine::Mysql, revoke, user, &|a| {
            account(a, "app", "%", Account { keeps_second, ..Account::default() });
            on(a, "my\\_shop", "SELECT", false);
        });
        let steps: Vec<_> = steps(&plan, "app").into_iter().filter(|step| step.contains("_ADMIN")).collect();
        (steps.join("; "), notes(&plan, "app"))
    };
    let given = "GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO 'app'@'%'".to_owned();
    let taken = "REVOKE APPLICATION_PASSWORD_ADMIN ON *.* FROM 'app'@'%'".to_owned();
    for revoke in [Revoke::None, Revoke::Managed, Revoke::All] {
        assert_eq!(sent(revoke, rotated(Strategy::Dual), false), (given.clone(), vec![]), "{revoke:?}");
        assert_eq!(sent(revoke, rotated(Strategy::Dual), true), (String::new(), vec![]), "{revoke:?}");
        assert_eq!(sent(revoke, Rotation::AsIs, true), (String::new(), vec![]), "{revoke:?}: the event does not say");
        for other in [rotated(Strategy::Single), Rotation::Off] {
            let expected =
                if revoke == Revoke::None { (String::new(), vec!["drift"]) } else { (taken.clone(), vec![]) };
            assert_eq!(sent(revoke, other.clone(), true), expected, "{revoke:?}");
            assert_eq!(sent(revoke, other, false), (String::new(), vec![]), "{revoke:?}");
        }
    }
}
