//! Plans over hand-built schemas: what stands in the way, and the SQL of what does not.

mod inside;

use super::*;
use crate::domains::anonymise::rules;
use crate::domains::anonymise::schema::{
    Code, Column, ForeignKey, Materialised, Name, Owner, Reach, Road, Strange, Table, TableKind, Trigger, TriggerState,
    TypeClass, Unique,
};

fn column(name: &str, ty: &str, class: TypeClass) -> Column {
    Column { name: name.to_owned(), ty: ty.to_owned(), class, nullable: true, ..Column::default() }
}

fn text(name: &str) -> Column {
    column(name, "text", TypeClass::Text)
}

fn unique(name: &str, columns: &[&str]) -> Unique {
    let columns = columns.iter().map(|&column| column.to_owned()).collect();
    Unique { name: name.to_owned(), columns, nulls_distinct: true, ..Unique::default() }
}

fn table(name: &str, columns: Vec<Column>) -> Table {
    let owner = Owner { name: "shop".to_owned(), reach: Reach::Member };
    Table { name: Name::new("public", name), owner: Some(owner), rows: 10, columns, ..Table::default() }
}

fn refers(table: &mut Table, column: &str, to: &str, referenced: &str) {
    let definition = format!("FOREIGN KEY ({column}) REFERENCES public.{to}({referenced})");
    table.foreign_keys.push(ForeignKey {
        name: format!("{}_{column}_fkey", table.name.name),
        on: table.name.clone(),
        columns: vec![column.to_owned()],
        references: Name::new("public", to),
        referenced: vec![referenced.to_owned()],
        definition,
        ..ForeignKey::default()
    });
}

fn schema(tables: Vec<Table>) -> Schema {
    Schema {
        version: 16,
        database: "shop".to_owned(),
        user: "master".to_owned(),
        may_create: true,
        tables,
        ..Schema::default()
    }
}

fn plan(rules_text: &str, schema: &Schema) -> Plan {
    let rules = rules::read(&format!("version = 1\nengine = \"postgresql\"\n{rules_text}")).expect("rules");
    make(&rules, schema)
}

fn said(plan: &Plan) -> String {
    let line = |blocker: &Blocker| format!("{}: {}: {}", blocker.object, blocker.code, blocker.message);
    plan.blockers.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn shown(plan: &Plan, work: Work) -> String {
    let steps = plan.steps.iter().filter(|step| step.work == work);
    steps
        .map(|step| format!("-- {}\n{}", step.id, step.messages(plan.engine).join("\n")))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_table_is_written_anew_in_one_go_with_its_foreign_key_off_and_on() {
    let mut person = table("person", vec![column("id", "bigint", TypeClass::Number), text("email"), text("note")]);
    person.uniques = vec![unique("person_pkey", &["id"]), unique("person_email", &["email"])];
    person.columns[1].collation = Some("pg_catalog.\"C\"".to_owned());
    let mut order = table("order", vec![column("person", "bigint", TypeClass::Number), text("mail"), text("left")]);
    order.bytes = 5;
    refers(&mut order, "person", "person", "id");
    refers(&mut order, "mail", "person", "email");
    order.foreign_keys[1].comment = Some("it's".to_owned());
    let plan = plan(
        r#"
        [table."public.person"]
        keep = ["id"]
        column.email = { fake = "mail", join = "mail" }
        column.note = "null"
        [table."public.order"]
        keep = ["left"]
        "#,
        &schema(vec![order, person]),
    );
    assert_eq!(said(&plan), "");
    assert_eq!(plan.joins, ["mail"]);
    insta::assert_snapshot!(shown(&plan, Work::Mask), @r#"
    -- mask public.order, public.person
    BEGIN;
    SET LOCAL search_path = pg_catalog, pg_temp;
    SET LOCAL ROLE "shop";
    ALTER TABLE "public"."order" DROP CONSTRAINT "order_mail_fkey";
    ALTER TABLE "public"."order" ALTER COLUMN "mail" TYPE text USING (CASE WHEN "mail"::text = '' THEN '' ELSE nightshift_anon.fake_mail(nightshift_anon.keyed('0', "mail"::text)) END)::text;
    ALTER TABLE "public"."person" ALTER COLUMN "email" TYPE text COLLATE pg_catalog."C" USING (CASE WHEN "email"::text = '' THEN '' ELSE nightshift_anon.fake_mail(nightshift_anon.keyed('0', "email"::text)) END)::text, ALTER COLUMN "note" TYPE text USING NULL::text;
    ALTER TABLE "public"."order" ADD CONSTRAINT "order_mail_fkey" FOREIGN KEY (mail) REFERENCES public.person(email);
    COMMENT ON CONSTRAINT "order_mail_fkey" ON "public"."order" IS 'it''s';
    SET LOCAL ROLE NONE;
    INSERT INTO nightshift_anon.progress (step, run) VALUES ('mask public.order, public.person', current_setting('nightshift_anon.run'));
    COMMIT;
    "#);
    insta::assert_snapshot!(shown(&plan, Work::Analyse), @r#"
    -- analyse public.order
    SET ROLE "shop";
    ANALYZE "public"."order";
    RESET ROLE;
    -- analyse public.person
    SET ROLE "shop";
    ANALYZE "public"."person";
    RESET ROLE;
    "#);
    assert!(plan.ready().is_ok() && plan.kept.is_empty());
}

#[test]
fn what_goes_by_a_type_makes_it_an_update_with_triggers_asleep() {
    let mut person = table("person", vec![text("name"), text("town")]);
    person.columns[0].used_by = vec!["rule _RETURN on view public.v".to_owned()];
    person.forces_row_security = true;
    let trigger =
        |name: &str, state| Trigger { on: person.name.clone(), name: name.to_owned(), state, ..Trigger::default() };
    person.triggers = vec![
        trigger("touch", TriggerState::Enabled),
        trigger("always", TriggerState::Always),
        trigger("off", TriggerState::Disabled),
    ];
    let plan = plan(
        r#"
        [table."public.person"]
        where = "NOT is_employee"
        column.name = { fake = "name" }
        column.town = "shuffle"
        "#,
        &schema(vec![person]),
    );
    assert_eq!(said(&plan), "");
    insta::assert_snapshot!(shown(&plan, Work::Mask), @r#"
    -- mask public.person
    BEGIN;
    SET LOCAL search_path = pg_catalog, pg_temp;
    SET LOCAL ROLE "shop";
    ALTER TABLE "public"."person" DISABLE TRIGGER "touch";
    ALTER TABLE "public"."person" DISABLE TRIGGER "always";
    ALTER TABLE "public"."person" NO FORCE ROW LEVEL SECURITY;
    DELETE FROM ONLY "public"."person" WHERE (NOT is_employee) IS NOT TRUE;
    UPDATE ONLY "public"."person" AS t SET "name" = (CASE WHEN "name"::text = '' THEN '' ELSE nightshift_anon.fake_name(nightshift_anon.keyed('0', "name"::text)) END)::text, "town" = s.v0 FROM (SELECT r.o, r.c, v0.v AS v0 FROM (SELECT tableoid AS o, ctid AS c, row_number() OVER () AS n FROM ONLY "public"."person") AS r JOIN (SELECT "town" AS v, row_number() OVER (ORDER BY random()) AS n FROM ONLY "public"."person") AS v0 ON v0.n = r.n) AS s WHERE t.tableoid = s.o AND t.ctid = s.c;
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE "public"."person" FORCE ROW LEVEL SECURITY;
    ALTER TABLE "public"."person" ENABLE TRIGGER "touch";
    ALTER TABLE "public"."person" ENABLE ALWAYS TRIGGER "always";
    SET LOCAL ROLE NONE;
    INSERT INTO nightshift_anon.progress (step, run) VALUES ('mask public.person', current_setting('nightshift_anon.run'));
    COMMIT;
    SET ROLE "shop";
    VACUUM (FULL, ANALYZE) "public"."person";
    RESET ROLE;
    "#);
}

#[test]
fn rows_go_together_with_the_statistics_of_them() {
    let audit = table("audit", vec![column("id", "bigint", TypeClass::Number), text("row")]);
    let mut entry = table("entry", vec![column("audit", "bigint", TypeClass::Number)]);
    refers(&mut entry, "audit", "audit", "id");
    let rules = "[table.\"public.audit\"]\ntruncate = true\n[table.\"public.entry\"]\ntruncate = true\n";
    insta::assert_snapshot!(shown(&plan(rules, &schema(vec![audit.clone(), entry.clone()])), Work::Empty), @r#"
    -- empty public.audit, public.entry
    BEGIN;
    SET LOCAL search_path = pg_catalog, pg_temp;
    SET LOCAL ROLE "shop";
    TRUNCATE ONLY "public"."audit", ONLY "public"."entry";
    ALTER TABLE "public"."audit" ALTER COLUMN "id" TYPE bigint, ALTER COLUMN "row" TYPE text;
    ALTER TABLE "public"."entry" ALTER COLUMN "audit" TYPE bigint;
    SET LOCAL ROLE NONE;
    INSERT INTO nightshift_anon.progress (step, run) VALUES ('empty public.audit, public.entry', current_setting('nightshift_anon.run'));
    COMMIT;
    "#);

    // A view on it: only from 18 on can an owner throw the statistics away.
    let mut held = audit;
    held.columns[1].used_by = vec!["rule _RETURN on view public.v".to_owned()];
    let mut world = schema(vec![held, entry.clone()]);
    insta::assert_snapshot!(said(&plan(rules, &world)), @r"
    public.audit.row: statistics-stay: its statistics outlive the rows, and rule _RETURN on view public.v keeps them from being thrown away
    ");
    world.version = 18;
    let plan_18 = plan(rules, &world);
    assert_eq!(said(&plan_18), "");
    assert!(
        plan_18.sql().contains("SELECT pg_clear_attribute_stats('public', 'audit', 'row', false);"),
        "{}",
        plan_18.sql()
    );

    // One that stays refers to it; and two that belong to two.
    let keeps = "[table.\"public.audit\"]\ntruncate = true\n[table.\"public.entry\"]\nkeep = [\"audit\"]\n";
    insta::assert_snapshot!(said(&plan(keeps, &world)), @r"
    public.audit: still-referenced: it is emptied, and public.entry refers to it by entry_audit_fkey
    ");
    let mut theirs = entry;
    theirs.owner = Some(Owner { name: "other".to_owned(), reach: Reach::Member });
    world.tables[1] = theirs;
    insta::assert_snapshot!(said(&plan(rules, &world)), @r"
    public.audit: mixed-owners: it is emptied together with public.entry, which are not all one role's
    ");
}

#[test]
fn whatever_is_not_decided_or_not_there_is_in_the_way() {
    let person =
        table("person", vec![text("name"), text("email"), text("later"), Column { generated: true, ..text("g") }]);
    let world = schema(vec![person, table("other", vec![text("a")])]);
    let plan = plan(
        r#"
        schema = "sha256:other"
        [table."public.person"]
        keep = ["name", "emial"]
        column.later = "DECIDE"
        column.g = "null"
        [table."public.persons"]
        truncate = true
        "#,
        &world,
    );
    insta::assert_snapshot!(said(&plan).replace(&world.fingerprint(), "sha256:this"), @r"
    shop: schema-changed: the rules are for sha256:other, and this is sha256:this
    public.person.emial: no-such-column: line 6 of the rules names it, and the table has no such column; did you mean email?
    public.persons: no-such-table: line 9 of the rules names it, and there is no such table; did you mean public.person?
    public.person: undecided-column: 2 columns not decided: email, later
    public.other: undecided-table: 1 column and no rule names it
    ");
    assert!(plan.ready().is_err() && plan.steps.is_empty());
}

#[test]
fn two_names_that_rules_write_alike_are_refused() {
    let of = |schema: &str, name: &str| Table { name: Name::new(schema, name), ..table("a", vec![text("x")]) };
    let world = schema(vec![of("a.b", "c"), of("a", "b.c")]);
    let refused = said(&plan("[table.\"a.b.c\"]\nkeep = [\"x\"]\n", &world));
    assert_eq!(refused, "a.b.c: not-understood: two tables are written so in rules");
}

#[test]
fn a_rule_fits_its_column_or_is_refused() {
    let mut person = table(
        "person",
        vec![
            Column { length: Some(10), ty: "character varying(10)".to_owned(), ..text("short") },
            Column { nullable: false, ..text("never_null") },
            column("count", "integer", TypeClass::Number),
            column("doc", "jsonb", TypeClass::Json),
            text("nick"),
            text("login"),
            text("mail"),
            Column { partition_key: true, ..text("part") },
            Column { generated: true, ..text("gen") },
            text("pair"),
        ],
    );
    person.uniques = vec![
        unique("by_nick", &["nick"]),
        Unique { expression: Some("lower(login)".to_owned()), ..unique("by_login", &["login"]) },
        Unique { expression: Some("lower(mail)".to_owned()), ..unique("by_mail", &["mail"]) },
        unique("by_pair", &["pair", "count"]),
    ];
    let plan = plan(
        r#"
        [table."public.person"]
        [table."public.person".column]
        short = "hash"
        never_null = "null"
        count = { fake = "name" }
        doc = "hash"
        nick = { fake = "name" }
        login = { constant = "x" }
        mail = { fake = "mail" }
        part = "hash"
        gen = "null"
        pair = "shuffle"
        "#,
        &schema(vec![person]),
    );
    insta::assert_snapshot!(said(&plan), @r"
    public.person.short: too-long: hash of 20 digits has up to 20 characters, and the column takes 10
    public.person.never_null: not-null: it is text and never null
    public.person.count: rule-does-not-fit: fake name is nothing for integer
    public.person.doc: rule-does-not-fit: hash of 20 digits is nothing for jsonb
    public.person.part: partition-key: the table is partitioned by it
    public.person.gen: generated-column: it is computed from other columns
    public.person.nick: unique-lossy: the unique index by_nick goes by it, and the rule is fake name
    public.person.login: unique-lossy: the unique index by_login goes by lower(login), and the rule is constant
    public.person.count: unique-lossy: the unique index by_pair goes by it, and the rule is fake name
    public.person.pair: unique-lossy: the unique index by_pair goes by it, and the rule is shuffle
    ");
}

#[test]
fn who_refers_has_the_rule_of_what_it_refers_to() {
    let person = table("person", vec![text("email")]);
    let mut order = table("order", vec![text("mail"), text("copy")]);
    refers(&mut order, "mail", "person", "email");
    let world = schema(vec![order, person]);
    let with = |rules: &str| plan(&format!("[table.\"public.person\".column]\nemail = \"hash\"\n{rules}"), &world);
    let differs = with("[table.\"public.order\"]\nkeep = [\"mail\", \"copy\"]\n");
    insta::assert_snapshot!(said(&differs), @r"
    public.order.mail: foreign-key-differs: mail (keep) refers to public.person.email (hash of 20 digits of join public.person.email) by the foreign key order_mail_fkey
    ");
    let joined = with(
        "[table.\"public.order\".column]\nmail = { hash = 20, join = \"m\" }\ncopy = { fake = \"mail\", join = \"m\" }\n",
    );
    insta::assert_snapshot!(said(&joined), @r"
    public.order.mail: foreign-key-differs: mail (hash of 20 digits of join m) refers to public.person.email (hash of 20 digits of join public.person.email) by the foreign key order_mail_fkey
    public.order.mail: join-differs: the join m is a hash of 20 digits here and a fake mail in public.order.copy
    ");
    for fine in ["mail = \"null\"\ncopy = \"keep\"", "mail = \"hash\"\ncopy = \"keep\"", "copy = \"keep\""] {
        let plan = with(&format!("[table.\"public.order\".column]\n{fine}\n"));
        assert_eq!(said(&plan), "", "{fine}");
        assert_eq!(plan.joins, ["public.person.email"], "{fine}");
    }
}

#[test]
fn nobodys_code_runs_unread_and_none_as_the_master() {
    let mut person = table("person", vec![text("email"), text("name")]);
    person.code = vec![Code { place: "the check is_mail".to_owned(), calls: vec!["public.is_mail(text)".to_owned()] }];
    let mut world = schema(vec![person.clone()]);
    world.materialised = vec![Materialised {
        name: Name::new("public", "mv"),
        owner: Owner { name: "shop".to_owned(), reach: Reach::Member },
        code: vec![Code { place: "its query".to_owned(), calls: vec!["public.f()".to_owned()] }],
        ..Materialised::default()
    }];
    let rules = |accepted: &str| {
        format!(
            "[accept]\nfunctions = [{accepted}]\n[table.\"public.person\"]\nkeep = [\"name\"]\ncolumn.email = \"hash\"\n"
        )
    };
    insta::assert_snapshot!(said(&plan(&rules(""), &world)), @r"
    public.mv: code-would-run: its query calls public.f()
    public.person: code-would-run: the check is_mail calls public.is_mail(text)
    ");
    let both = rules("\"public.is_mail(text)\", \"public.f()\"");
    assert_eq!(said(&plan(&both, &world)), "");
    for (reach, name) in [(Reach::Oneself, "master"), (Reach::Out, "shop"), (Reach::Superuser, "rdsadmin")] {
        world.tables[0].owner = Some(Owner { name: name.to_owned(), reach });
        let said = said(&plan(&both, &world));
        let expected =
            if reach == Reach::Oneself { codes::CODE_AS_MASTER.name } else { codes::OWNER_OUT_OF_REACH.name };
        assert!(said.contains(expected), "{said}");
    }
    // Kept as it is, nothing of it runs.
    world.materialised.clear();
    assert_eq!(said(&plan("[table.\"public.person\"]\nkeep = [\"name\", \"email\"]\n", &world)), "");
}

#[test]
fn what_leads_out_or_cannot_be_worked_on_is_in_the_way() {
    let mut world = schema(vec![
        Table { kind: TableKind::Foreign, ..table("far", vec![text("a")]) },
        Table { kind: TableKind::Inheriting, ..table("child", vec![text("a")]) },
        Table { has_rewrite_rules: true, mixed_owners: true, ..table("ruled", vec![text("a")]) },
        table("held", vec![Column { statistics_off: true, used_by: vec!["policy p".to_owned()], ..text("a") }]),
    ]);
    world.roads = vec![Road { what: "subscription s".to_owned(), cut: "DROP SUBSCRIPTION s".to_owned() }];
    world.event_triggers = vec!["watch".to_owned()];
    world.large_objects = 2;
    world.helper_owner = Some("somebody".to_owned());
    world.unseen = vec!["every trigger".to_owned()];
    world.strange = vec![Strange { what: "an odd thing".to_owned(), why: "it is odd".to_owned() }];
    let all = ["far", "child", "ruled", "held"]
        .map(|name| format!("[table.\"public.{name}\"]\ncolumn.a = \"hash\"\n"))
        .concat();
    insta::assert_snapshot!(said(&plan(&all, &world)), @r"
    subscription s: road-out: it leads out of the database, or brings data in
    watch: event-trigger: it would run with every step, as whoever carries the plan out
    shop: large-objects: there are 2 large objects, and no rule can look into one
    nightshift_anon: helper-taken: it is somebody's: what is in it is not ours to run
    shop: not-all-seen: master does not get to see every trigger, so this plan says nothing of it
    an odd thing: not-understood: it is odd: nobody has thought of that here
    public.far: foreign-table: its rows are on another server
    public.child: inherits: it inherits, or is inherited from
    public.ruled: rewrite-rule: a rule makes something else of what is done to it
    public.ruled: mixed-owners: not all of its partitions are its owner's
    public.held.a: statistics-stay: its statistics target is 0, so ANALYZE leaves what is there
    ");
    world.helper_owner = None;
    world.may_create = false;
    world.engine = Engine::Mysql;
    let refused = said(&plan("[accept]\nlarge-objects = true\n", &world));
    assert!(refused.contains("no-right-to-create") && refused.contains("other-engine"), "{refused}");
    assert!(!refused.contains("large-objects"), "{refused}");
}
