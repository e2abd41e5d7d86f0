//! Which group a preset's user becomes a member of, by what a role of that name has already.

use super::*;
use crate::jobs::db_users::model::{DefaultGrant, Held};
use crate::jobs::db_users::request::Preset;

fn reads(name: &str, schemas: &str) -> UserRequest {
    let schemas = schemas.split(',').map(str::to_owned).collect();
    UserRequest { preset: Some(Preset::Reader), tables: std::collections::BTreeSet::new(), schemas, ..user(name) }
}

/// The groups that `users` are made members of, in a world where `r_reader` is as the catalog says.
fn groups(users: Vec<UserRequest>, migrate: bool, change: &dyn Fn(&mut Catalog)) -> Vec<String> {
    let request = Request { migrate_presets: migrate, ..request(users) };
    let mut world = world(15, &request);
    let catalog = catalog(&mut world);
    let schema = |name: &str| (name.to_owned(), Schema { owner: "master".to_owned(), grants: Vec::new() });
    catalog.schemas = ["a", "b"].map(schema).into();
    change(catalog);
    let (resolved, _) = with_groups(&request, &world);
    request.users.iter().filter_map(|user| resolved.user(&user.name)?.member_of.last().cloned()).collect()
}

/// `r_reader` as the first run on the server left it for schema `a`, and then some.
fn there(more: &'static dyn Fn(&mut Catalog)) -> impl Fn(&mut Catalog) {
    |catalog: &mut Catalog| {
        catalog.roles.insert("r_reader".to_owned(), Role::default());
        on_schema(catalog, "a", "USAGE", "");
        catalog.objects = vec![table("a", "t", "master", &[grant("r_reader", "master", "SELECT", "")])];
        catalog.database.as_mut().expect("it is there").grants = vec![grant("r_reader", "master", "CONNECT", "")];
        default(catalog, Some("a"), "SELECT");
        let in_shop = Held { database: Some("shop".to_owned()), named: 3, ..Held::default() };
        let shared = Held { named: 1, ..Held::default() };
        catalog.held.insert("r_reader".to_owned(), vec![in_shop, shared]);
        more(catalog);
    }
}

fn on_schema(catalog: &mut Catalog, schema: &str, words: &str, passable: &str) {
    let grants = vec![grant("r_reader", "master", words, passable)];
    catalog.schemas.get_mut(schema).expect("it is there").grants = grants;
}

fn default(catalog: &mut Catalog, schema: Option<&str>, privilege: &str) {
    catalog.defaults.push(DefaultGrant {
        creator: "master".to_owned(),
        schema: schema.map(str::to_owned),
        kind: ObjectKind::Table,
        grantee: "r_reader".to_owned(),
        privilege: privilege.to_owned(),
    });
}

fn held(catalog: &mut Catalog) -> &mut Vec<Held> {
    catalog.held.get_mut("r_reader").expect("it is there")
}

#[test]
fn a_role_that_has_more_than_the_preset_gives_is_not_the_group() {
    let same: [Otherwise<'static, Catalog>; 2] = [&|_| {}, &|catalog| {
        // What it is not yet named by, it gets.
        catalog.objects.clear();
        held(catalog)[0].named = 2;
    }];
    for more in same {
        assert_eq!(groups(vec![reads("app", "a")], false, &there(more)), ["r_reader"]);
    }
    let beyond: [(&str, Otherwise<'static, Catalog>); 15] = [
        ("another schema", &|catalog| on_schema(catalog, "b", "USAGE", "")),
        ("making things in its own", &|catalog| on_schema(catalog, "a", "USAGE CREATE", "")),
        ("passing on", &|catalog| on_schema(catalog, "a", "USAGE", "USAGE")),
        ("writing", &|catalog| catalog.objects[0].grants = vec![grant("r_reader", "master", "SELECT INSERT", "")]),
        ("writing what comes", &|catalog| default(catalog, Some("a"), "INSERT")),
        ("what comes in whatever schema", &|catalog| default(catalog, None, "SELECT")),
        ("another database", &|catalog| {
            held(catalog).push(Held { database: Some("else".to_owned()), named: 1, ..Held::default() });
        }),
        ("owning something", &|catalog| held(catalog)[0].owns = 1),
        ("owning what all share", &|catalog| held(catalog)[1].owns = 1),
        ("a column, a type, a table of a schema nobody looked at", &|catalog| held(catalog)[0].named = 4),
        ("something that all databases share", &|catalog| held(catalog)[1].named = 2),
        ("making schemas", &|catalog| {
            let database = catalog.database.as_mut().expect("it is there");
            database.grants = vec![grant("r_reader", "master", "CONNECT CREATE", "")];
        }),
        ("another role", &|catalog| catalog.memberships.push(member("crew", "r_reader", "master"))),
        ("a routine", &|catalog| {
            let grants = [grant("r_reader", "master", "EXECUTE", "")];
            catalog.objects.push(Object { kind: ObjectKind::Routine, ..table("a", "f()", "master", &grants) });
            held(catalog)[0].named = 4;
        }),
        ("counting a sequence up", &|catalog| {
            let grants = [grant("r_reader", "master", "USAGE", "")];
            catalog.objects.push(Object { kind: ObjectKind::Sequence, ..table("a", "s", "master", &grants) });
            held(catalog)[0].named = 4;
        }),
    ];
    for (what, more) in beyond {
        assert_eq!(groups(vec![reads("app", "a")], false, &there(more)), ["r_reader_shop_a"], "{what}");
    }
}

#[test]
fn a_member_stays_until_the_event_says_it_leaves() {
    let old = there(&|catalog| {
        on_schema(catalog, "b", "USAGE", "");
        held(catalog)[0].named = 4;
        catalog.roles.insert("app".to_owned(), Role { login: true, ..Role::default() });
        catalog.memberships.push(member("r_reader", "app", "master"));
    });
    assert_eq!(groups(vec![reads("app", "a")], false, &old), ["r_reader"]);
    assert_eq!(groups(vec![reads("new", "a")], false, &old), ["r_reader_shop_a"]);
    let and_another = |catalog: &mut Catalog| {
        old(catalog);
        catalog.roles.insert("r_reader_shop_a".to_owned(), Role::default());
    };
    assert_eq!(groups(vec![reads("app", "a")], false, &and_another), ["r_reader"], "the same event again does nothing");
    assert_eq!(groups(vec![reads("app", "a")], true, &old), ["r_reader_shop_a"]);
}

#[test]
fn a_group_is_left_only_where_the_master_may_take_it_back() {
    let old = there(&|catalog| {
        on_schema(catalog, "b", "USAGE", "");
        held(catalog)[0].named = 4;
        catalog.roles.insert("app".to_owned(), Role { login: true, ..Role::default() });
        catalog.memberships.extend([made_by_master("r_reader"), made_by_master("app")]);
    });
    let request = Request { migrate_presets: true, ..request(vec![reads("app", "a")]) };
    let leaves = |grantor: &str, change: &dyn Fn(&mut Role)| {
        let mut world = world(16, &request);
        let catalog = catalog(&mut world);
        let schema = |name: &str| (name.to_owned(), Schema { owner: "master".to_owned(), grants: Vec::new() });
        catalog.schemas = ["a", "b"].map(schema).into();
        old(catalog);
        catalog.memberships.push(member("r_reader", "app", grantor));
        change(catalog.roles.get_mut("r_reader").expect("it is there"));
        steps(&plan(&world, &request), "app").contains(&"REVOKE \"r_reader\" FROM \"app\"".to_owned())
    };
    assert!(leaves("master", &|_| {}));
    assert!(!leaves("stranger", &|_| {}), "a stranger gave it");
    assert!(!leaves("master", &|role| role.creates_roles = true), "a role that is left alone");
}

#[test]
fn a_member_is_told_of_what_its_group_opens_beyond_and_of_nothing_else() {
    let request = request(vec![reads("app", "a")]);
    let told = |wider: bool| {
        let mut world = world(15, &request);
        let catalog = catalog(&mut world);
        let schema = |name: &str| (name.to_owned(), Schema { owner: "master".to_owned(), grants: Vec::new() });
        catalog.schemas = ["a", "b"].map(schema).into();
        there(&|catalog| {
            catalog.roles.insert("app".to_owned(), Role { login: true, ..Role::default() });
            catalog.memberships.push(member("r_reader", "app", "master"));
        })(catalog);
        if wider {
            on_schema(catalog, "b", "USAGE", "");
            held(catalog)[0].named = 4;
        }
        with_groups(&request, &world).1.remove("app").map(|note| note.code.name)
    };
    assert_eq!((told(false), told(true)), (None, Some("preset-union")));
}

#[test]
fn two_sets_are_two_groups_and_one_that_opens_nothing_is_nobodys_but_its_members() {
    assert_eq!(groups(vec![reads("one", "a"), reads("two", "b")], false, &|_| {}), ["r_reader", "r_reader_shop_b"]);
    assert_eq!(groups(vec![reads("one", "a"), reads("two", "a")], false, &|_| {}), ["r_reader", "r_reader"]);
    let empty = |catalog: &mut Catalog| _ = catalog.roles.insert("r_reader".to_owned(), Role::default());
    assert_eq!(groups(vec![reads("app", "a")], false, &empty), ["r_reader"]);
    let strangers = |catalog: &mut Catalog| {
        empty(catalog);
        catalog.memberships.push(member("r_reader", "stranger", "master"));
    };
    assert_eq!(
        groups(vec![reads("app", "a")], false, &strangers),
        ["r_reader_shop_a"],
        "it would open a to a stranger"
    );
}
