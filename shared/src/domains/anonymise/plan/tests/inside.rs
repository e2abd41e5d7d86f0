//! Values inside of arrays and documents: what does not fit, and what goes together.

use super::{column, plan, said, schema, shown, table, text};
use crate::domains::anonymise::plan::Work;
use crate::domains::anonymise::schema::{Column, TypeClass};

fn array(name: &str, ty: &str) -> Column {
    column(name, ty, TypeClass::Array)
}

#[test]
fn a_rule_for_what_is_inside_is_held_to_the_type_of_what_it_is_in() {
    let columns = vec![
        array("numbers", "integer[]"),
        array("short", "character varying(10)[]"),
        array("fits", "character varying(20)[]"),
        array("any", "integer[]"),
        text("plain"),
        column("doc", "jsonb", TypeClass::Json),
        Column { length: Some(200), ..column("held", "character varying(200)", TypeClass::Text) },
        column("count", "bigint", TypeClass::Number),
    ];
    let rules = r#"
        [table."public.person".column]
        numbers = { each = "hash" }
        short = { each = "hash" }
        fits = { each = "hash" }
        any = { each = "null" }
        plain = { each = "hash" }
        doc = { json = { "$.a" = "hash" } }
        held = { json = { "$.a" = "hash" } }
        count = { json = { "$.a" = "hash" } }
    "#;
    insta::assert_snapshot!(said(&plan(rules, &schema(vec![table("person", columns)]))), @r"
    public.person.numbers: rule-does-not-fit: each hash of 20 digits is nothing for integer[]
    public.person.short: too-long: each hash of 20 digits has up to 20 characters, and the column takes 10
    public.person.plain: rule-does-not-fit: each hash of 20 digits is nothing for text
    public.person.held: too-long: a document has no longest length, and the column takes 200 characters
    public.person.count: rule-does-not-fit: json is nothing for bigint
    ");
}

#[test]
fn values_inside_are_of_the_joins_of_columns() {
    let columns = || vec![text("email"), column("doc", "jsonb", TypeClass::Json), array("mails", "citext[]")];
    let rules = |inside: &str| {
        format!(
            "[table.\"public.person\".column]\nemail = {{ fake = \"mail\", join = \"mail\" }}\n\
             doc = {{ json = {{ \"$.mail\" = {{ {inside}, join = \"mail\" }}, \"$.own\" = \"hash\" }}, rest = \"keep\" }}\n\
             mails = {{ each = {{ fake = \"mail\", join = \"mail\" }} }}\n"
        )
    };
    let schema = schema(vec![table("person", columns())]);
    insta::assert_snapshot!(said(&plan(&rules("hash = 20"), &schema)), @"public.person.doc: join-differs: the join mail is a hash of 20 digits here and a fake mail in public.person.email");
    let plan = plan(&rules("fake = \"mail\""), &schema);
    assert_eq!(said(&plan), "");
    assert_eq!(plan.joins, ["mail", "public.person.doc$.\"own\""]);
    let prepared = shown(&plan, Work::Prepare);
    let own: Vec<_> = prepared.lines().filter(|line| line.contains(".of_")).collect();
    insta::assert_snapshot!(own.join("\n"), @r#"
    CREATE FUNCTION nightshift_anon.of_3b37daa259cf80b17567(d jsonb) RETURNS jsonb LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN (SELECT CASE jsonb_typeof(s0.v) WHEN 'object' THEN s0.v || coalesce((SELECT jsonb_object_agg(m0.k, m0.w) FROM (VALUES ('mail', CASE WHEN jsonb_typeof((s0.v -> 'mail')) IN ('string', 'number', 'boolean') THEN to_jsonb(CASE WHEN ((s0.v -> 'mail') #>> '{}') = '' THEN '' ELSE nightshift_anon.fake_mail(nightshift_anon.keyed('0', lower(((s0.v -> 'mail') #>> '{}') COLLATE "default"))) END) ELSE 'null'::jsonb END), ('own', CASE WHEN jsonb_typeof((s0.v -> 'own')) IN ('string', 'number', 'boolean') THEN to_jsonb(CASE WHEN ((s0.v -> 'own') #>> '{}') = '' THEN '' ELSE left(encode(nightshift_anon.keyed('1', ((s0.v -> 'own') #>> '{}')), 'hex'), 20) END) ELSE 'null'::jsonb END)) AS m0(k, w) WHERE s0.v ? m0.k), '{}'::jsonb) ELSE 'null'::jsonb END FROM (SELECT d AS v) AS s0);
    CREATE FUNCTION nightshift_anon.of_6a8b3f6de87a027c0d30(d text[]) RETURNS text[] LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN (SELECT coalesce(array_agg(CASE WHEN a.e = '' THEN '' ELSE nightshift_anon.fake_mail(nightshift_anon.keyed('0', lower(a.e COLLATE "default"))) END ORDER BY a.n), '{}') FROM unnest(d) WITH ORDINALITY AS a(e, n));
    "#);
    insta::assert_snapshot!(shown(&plan, Work::Mask), @r#"
    -- mask public.person
    BEGIN;
    SET LOCAL search_path = pg_catalog, pg_temp;
    SET LOCAL ROLE "shop";
    ALTER TABLE "public"."person" ALTER COLUMN "email" TYPE text USING (CASE WHEN "email"::text = '' THEN '' ELSE nightshift_anon.fake_mail(nightshift_anon.keyed('0', lower("email"::text COLLATE "default"))) END)::text, ALTER COLUMN "doc" TYPE jsonb USING nightshift_anon.of_3b37daa259cf80b17567("doc"::jsonb)::jsonb, ALTER COLUMN "mails" TYPE citext[] USING nightshift_anon.of_6a8b3f6de87a027c0d30("mails"::text[])::citext[];
    SET LOCAL ROLE NONE;
    INSERT INTO nightshift_anon.progress (step, run) VALUES ('mask public.person', current_setting('nightshift_anon.run'));
    COMMIT;
    "#);
}
