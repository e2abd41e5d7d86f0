//! What steps call: keyed hashes and made-up values in plain SQL, in a schema of the plan's own. Each is bound to the server's own
//! functions when it is made, runs as whoever calls it, and reads its key from the session, so that none stands in a statement.

use crate::domains::anonymise::plan::model::{BEGUN, COMMENT, HELPER, told};
use crate::domains::anonymise::words::{CITIES, COMPANY, FIRST, LAST, STREETS};
use crate::services::sql::{Engine, ident, literal};

/// Makes the schema, its functions and the table of progress, for these roles. `own` are the functions of this plan alone.
pub(super) fn prepare(owners: &[&str], own: &[(String, String)]) -> Vec<String> {
    let mut statements = vec![
        format!("CREATE SCHEMA {HELPER}"),
        format!(
            "CREATE TABLE {HELPER}.progress (step text PRIMARY KEY, run text NOT NULL, about text, \
             done_at timestamptz NOT NULL DEFAULT clock_timestamp())"
        ),
        format!("COMMENT ON TABLE {HELPER}.progress IS {}", literal(COMMENT)),
        format!(
            "INSERT INTO {HELPER}.progress (step, run, about) VALUES ({}, {}, {})",
            literal(BEGUN),
            told(Engine::Postgres, "run"),
            told(Engine::Postgres, "plan")
        ),
    ];
    statements.extend(FUNCTIONS.iter().map(|(head, body)| function(head, &filled(body))));
    statements.extend(own.iter().map(|(head, body)| function(head, body)));
    for owner in owners {
        let owner = ident(owner);
        statements.push(format!("GRANT USAGE ON SCHEMA {HELPER} TO {owner}"));
        statements.push(format!("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {HELPER} TO {owner}"));
    }
    statements
}

fn function(head: &str, body: &str) -> String {
    format!("CREATE FUNCTION {HELPER}.{head} LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN {body}")
}

fn filled(body: &str) -> String {
    let list =
        |words: &[&str]| format!("ARRAY[{}]", words.iter().map(|word| literal(word)).collect::<Vec<_>>().join(", "));
    body.replace("{helper}", HELPER)
        .replace("{first}", &list(&FIRST))
        .replace("{last}", &list(&LAST))
        .replace("{streets}", &list(&STREETS))
        .replace("{cities}", &list(&CITIES))
        .replace("{company}", &list(&COMPANY))
}

/// Heads and bodies, in the order in which they need one another.
const FUNCTIONS: [(&str, &str); 15] = [
    // HMAC-SHA-256 of `v` by the key number `k`.
    (
        "keyed(k text, v text) RETURNS bytea",
        "sha256(decode(current_setting('{helper}.o' || k), 'hex') || \
         sha256(decode(current_setting('{helper}.i' || k), 'hex') || convert_to(v, 'UTF8')))",
    ),
    // A number below `n`, of three bytes of `h`.
    (
        "below(h bytea, at int, n int) RETURNS int",
        "(get_byte(h, at) * 65536 + get_byte(h, at + 1) * 256 + get_byte(h, at + 2)) % n",
    ),
    ("pick(h bytea, at int, words text[]) RETURNS text", "words[1 + {helper}.below(h, at, cardinality(words))]"),
    ("fake_first_name(h bytea) RETURNS text", "{helper}.pick(h, 0, {first})"),
    ("fake_last_name(h bytea) RETURNS text", "{helper}.pick(h, 3, {last})"),
    ("fake_name(h bytea) RETURNS text", "{helper}.fake_first_name(h) || ' ' || {helper}.fake_last_name(h)"),
    ("fake_user(h bytea) RETURNS text", "'user-' || encode(substr(h, 1, 10), 'hex')"),
    ("fake_mail(h bytea) RETURNS text", "encode(substr(h, 1, 10), 'hex') || '@example.org'"),
    // Numbers that the regulator of the United Kingdom keeps for plays and films.
    ("fake_phone(h bytea) RETURNS text", "'+447700900' || lpad({helper}.below(h, 0, 1000)::text, 3, '0')"),
    (
        "fake_address(h bytea) RETURNS text",
        "{helper}.pick(h, 0, {streets}) || ' ' || (1 + {helper}.below(h, 3, 199))::text",
    ),
    ("fake_city(h bytea) RETURNS text", "{helper}.pick(h, 0, {cities})"),
    ("fake_company(h bytea) RETURNS text", "{helper}.pick(h, 3, {last}) || ' ' || {helper}.pick(h, 6, {company})"),
    // A bank code of eight zeros is nobody's; the check digits are right, so that programs take it.
    (
        "fake_iban(h bytea) RETURNS text",
        "(SELECT 'DE' || lpad((98 - mod((b || '131400')::numeric, 97))::text, 2, '0') || b FROM \
         (SELECT '00000000' || lpad({helper}.below(h, 0, 100000)::text, 5, '0') || \
         lpad({helper}.below(h, 3, 100000)::text, 5, '0') AS b) AS s)",
    ),
    // Of the network that is kept for documents.
    (
        "fake_ip(h bytea) RETURNS text",
        "'2001:db8' || regexp_replace(encode(substr(h, 1, 12), 'hex'), '(....)', ':\\1', 'g')",
    ),
    // Digits become digits, letters of English letters, other letters an x; what is neither stays.
    (
        "keep_format(k text, v text) RETURNS text",
        "(SELECT string_agg(CASE \
         WHEN c BETWEEN '0' AND '9' COLLATE \"C\" THEN (get_byte(h, i::int - 1) % 10)::text \
         WHEN c BETWEEN 'a' AND 'z' COLLATE \"C\" THEN chr(97 + get_byte(h, i::int - 1) % 26) \
         WHEN c BETWEEN 'A' AND 'Z' COLLATE \"C\" THEN chr(65 + get_byte(h, i::int - 1) % 26) \
         WHEN ascii(c) > 127 THEN 'x' ELSE c END, '' ORDER BY b, i) \
         FROM generate_series(0, (length(v) - 1) / 32) AS b, \
         LATERAL (SELECT {helper}.keyed(k, b::text || ':' || v) AS h OFFSET 0) AS s, \
         LATERAL unnest(string_to_array(substr(v, b * 32 + 1, 32), NULL)) WITH ORDINALITY AS t(c, i))",
    ),
];
