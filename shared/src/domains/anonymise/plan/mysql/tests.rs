//! The SQL of a plan there, and what is refused there alone.

use crate::domains::anonymise::plan::{Plan, Work, make};
use crate::domains::anonymise::rules;
use crate::domains::anonymise::schema::{
    Column, Equality, ForeignKey, Name, Schema, Table, TableKind, Trigger, TriggerEvent, TypeClass,
};
use crate::services::sql::Engine;

fn text(name: &str) -> Column {
    Column {
        name: name.to_owned(),
        ty: "varchar(99)".to_owned(),
        class: TypeClass::Text,
        nullable: true,
        ..Column::default()
    }
}

fn plan(rules_text: &str, engine: Engine, tables: Vec<Table>) -> Plan {
    let text = format!("version = 1\nengine = \"{engine}\"\n{rules_text}");
    let schema =
        Schema { engine, version: 8, database: "shop".to_owned(), may_create: true, tables, ..Schema::default() };
    make(&rules::read(&text).expect("rules"), &schema)
}

fn shown(plan: &Plan, work: Work) -> String {
    let steps = plan.steps.iter().filter(|step| step.work == work);
    steps
        .map(|step| format!("-- {}\n{}", step.id, step.messages(plan.engine).join("\n")))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn both_sides_of_a_foreign_key_change_in_one_transaction_and_only_with_the_key() {
    let blind = Equality::Weighed { collation: "latin1_swedish_ci".to_owned(), pads: true };
    let key = ForeignKey {
        columns: vec!["mail".to_owned()],
        references: Name::new("shop", "person"),
        referenced: vec!["email".to_owned()],
        ..ForeignKey::default()
    };
    let order = Table {
        name: Name::new("shop", "order"),
        columns: vec![Column { equality: blind.clone(), ..text("mail") }],
        foreign_keys: vec![key],
        ..Table::default()
    };
    let touched = Column { on_update: true, class: TypeClass::Timestamp, ..text("touched") };
    let person = Table {
        name: Name::new("shop", "person"),
        columns: vec![Column { equality: blind.clone(), ..text("email") }, text("nick"), touched],
        histograms: vec!["nick".to_owned()],
        ..Table::default()
    };
    let rules = "[table.\"shop.order\"]\n[table.\"shop.person\"]\nkeep = [\"touched\"]\ncolumn.email = \"hash\"\n\
                 column.nick = { sql = \"LEFT(email, 2)\" }\n";
    let plan = plan(rules, Engine::Mysql, vec![order, person]);
    assert!(plan.blockers.is_empty(), "{:#?}", plan.blockers);
    insta::assert_snapshot!(shown(&plan, Work::Mask), @r"
    -- mask shop.order, shop.person
    START TRANSACTION;
    SET SESSION sql_mode = 'STRICT_ALL_TABLES', foreign_key_checks = 0, time_zone = '+00:00', group_concat_max_len = 4294967295, sql_safe_updates = 0;
    UPDATE `shop`.`order` SET `mail` = CASE WHEN `mail` = '' THEN '' ELSE LEFT(SHA2(CONCAT(UNHEX(@nightshift_anon_o0), UNHEX(SHA2(CONCAT(UNHEX(@nightshift_anon_i0), TRIM(TRAILING HEX(WEIGHT_STRING(CONVERT(' ' USING latin1) COLLATE latin1_swedish_ci)) FROM HEX(WEIGHT_STRING(`mail`)))), 256))), 256), 20) END;
    UPDATE `shop`.`person` SET `nick` = (LEFT(email, 2)), `touched` = `touched`;
    UPDATE `shop`.`person` SET `email` = CASE WHEN `email` = '' THEN '' ELSE LEFT(SHA2(CONCAT(UNHEX(@nightshift_anon_o0), UNHEX(SHA2(CONCAT(UNHEX(@nightshift_anon_i0), TRIM(TRAILING HEX(WEIGHT_STRING(CONVERT(' ' USING latin1) COLLATE latin1_swedish_ci)) FROM HEX(WEIGHT_STRING(`email`)))), 256))), 256), 20) END, `touched` = `touched`;
    SET SESSION sql_mode = '', foreign_key_checks = 1, time_zone = DEFAULT, group_concat_max_len = DEFAULT, sql_safe_updates = DEFAULT;
    INSERT INTO nightshift_anon.progress (step, run) VALUES (CASE WHEN CHAR_LENGTH(@nightshift_anon_o0) = 128 THEN 'mask shop.order, shop.person' END, @nightshift_anon_run);
    COMMIT;
    ALTER TABLE `shop`.`order` FORCE;
    ALTER TABLE `shop`.`person` FORCE;
    ");
    insta::assert_snapshot!(shown(&plan, Work::Analyse), @r"
    -- analyse shop.order
    ANALYZE TABLE `shop`.`order`;
    -- analyse shop.person
    ANALYZE TABLE `shop`.`person` DROP HISTOGRAM ON `nick`;
    ANALYZE TABLE `shop`.`person`;
    ");
}

#[test]
fn what_keeps_the_past_is_emptied_with_it() {
    let past = Table {
        versioned: true,
        ..Table { name: Name::new("shop", "past"), columns: vec![text("a")], ..Table::default() }
    };
    let plan = plan("[table.\"shop.past\"]\ntruncate = true\n", Engine::Mariadb, vec![past]);
    insta::assert_snapshot!(shown(&plan, Work::Empty), @r"
    -- empty shop.past
    SET SESSION sql_mode = 'STRICT_ALL_TABLES', foreign_key_checks = 0, time_zone = '+00:00', group_concat_max_len = 4294967295, sql_safe_updates = 0;
    DELETE FROM `shop`.`past`;
    SET SESSION sql_safe_updates = 0, system_versioning_alter_history = KEEP;
    DELETE HISTORY FROM `shop`.`past`;
    ALTER TABLE `shop`.`past` FORCE;
    ANALYZE TABLE `shop`.`past` PERSISTENT FOR ALL;
    SET SESSION sql_mode = '', foreign_key_checks = 1, time_zone = DEFAULT, group_concat_max_len = DEFAULT, sql_safe_updates = DEFAULT;
    ");
}

#[test]
fn what_cannot_be_done_there_is_in_the_way() {
    let table = |name: &str| Table { name: Name::new("shop", name), columns: vec![text("a")], ..Table::default() };
    let touch = Trigger { on: Name::new("shop", "touchy"), name: "touch".to_owned(), ..Trigger::default() };
    let gone = Trigger { name: "gone".to_owned(), event: TriggerEvent::Delete, ..Trigger::default() };
    let blind = || Column {
        equality: Equality::Weighed { collation: "latin1_swedish_ci".to_owned(), pads: true },
        length: Some(99),
        ..text("a")
    };
    let plan = plan(
        r#"
        [table."shop.old"]
        column.a = "hash"
        [table."shop.touchy"]
        column.a = "hash"
        [table."shop.watched"]
        where = "a IS NULL"
        column.a = "keep"
        [table."shop.heap"]
        column.a = "shuffle"
        [table."shop.one"]
        column.a = { keep-format = true, join = "a" }
        [table."shop.other"]
        column.a = { keep-format = true, join = "a" }
        "#,
        Engine::Mysql,
        vec![
            Table { kind: TableKind::Untransacted, ..table("old") },
            Table { triggers: vec![touch], ..table("touchy") },
            Table { triggers: vec![gone], ..table("watched") },
            table("heap"),
            Table { columns: vec![blind()], ..table("one") },
            Table { columns: vec![blind()], ..table("other") },
        ],
    );
    let said: Vec<_> =
        plan.blockers.iter().map(|one| format!("{}: {}: {}", one.object, one.code, one.message)).collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    shop.one.a: collation: keep-format goes by each character, and what is equal to latin1_swedish_ci may have other ones
    shop.other.a: collation: keep-format goes by each character, and what is equal to latin1_swedish_ci may have other ones
    shop.old: not-transactional: its storage engine knows no transactions
    shop.touchy: code-would-run: the update would fire touch
    shop.watched: code-would-run: deleting its rows would fire gone
    shop.heap.a: rule-does-not-fit: the table has no primary key, by which a row is known that gets another one's value
    ");
    assert_eq!(said.iter().filter(|line| line.contains("not-transactional")).count(), 1);
}
