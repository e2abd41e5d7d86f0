//! What a rule comes to in SQL: one expression over the row that is there, without a function of anybody's making. Null stays null,
//! and empty stays empty.

use super::format;
use crate::domains::anonymise::Fake;
use crate::domains::anonymise::plan::decide::Ruled;
use crate::domains::anonymise::plan::joins::Joins;
use crate::domains::anonymise::rules::{Rule, Unit};
use crate::domains::anonymise::schema::{Column, Equality};
use crate::domains::anonymise::words::{CITIES, COMPANY, FIRST, LAST, STREETS};
use crate::services::sql::{mysql_ident, mysql_literal};

/// The new value of a column.
pub(super) fn value(ruled: &Ruled<'_>, joins: &Joins) -> String {
    let Ruled { column, rule, join, .. } = ruled;
    let name = mysql_ident(&column.name);
    match rule {
        // None of them is made here; a column that is read from itself stays as it is.
        Rule::Keep | Rule::Undecided | Rule::Shuffle | Rule::Each(_) | Rule::Json(_) => name,
        Rule::Null => "NULL".to_owned(),
        Rule::Constant(text) => mysql_literal(text),
        Rule::Sql(sql) => format!("({sql})"),
        Rule::Round(unit) => rounded(column, *unit),
        Rule::Hash(_) | Rule::Fake(_) | Rule::KeepFormat => of_text(rule, join.as_deref(), &name, joins),
    }
}

/// What a rule with a key makes of the text `name`.
pub(super) fn of_text(rule: &Rule, join: Option<&str>, name: &str, joins: &Joins) -> String {
    let key = joins.number(join);
    let bytes = read(name, joins.equality(join));
    let made = match rule {
        Rule::Hash(digits) => format!("LEFT({}, {digits})", hashed(key, &bytes)),
        Rule::Fake(fake) => faked(*fake, &hashed(key, &bytes)),
        _ => {
            let text = format!("CONVERT({name} USING utf8mb4)");
            format::kept(&text, |block| hashed(key, &format!("CONCAT({block}, ':', {bytes})")))
        }
    };
    format!("CASE WHEN {name} = '' THEN '' ELSE {made} END")
}

/// The first moment of its year or month. A date that is none stays none, and one without a month has that of its year.
fn rounded(column: &Column, unit: Unit) -> String {
    let name = mysql_ident(&column.name);
    let year = format!("DATE_FORMAT({name}, '%Y-01-01')");
    let first = match unit {
        Unit::Year => year,
        Unit::Month => format!("CASE WHEN MONTH({name}) = 0 THEN {year} ELSE DATE_FORMAT({name}, '%Y-%m-01') END"),
    };
    // The first moment of this year is none to a timestamp, which begins a second later.
    let is_timestamp = column.ty.to_lowercase().starts_with("timestamp");
    let first = if is_timestamp { format!("GREATEST({first}, '1970-01-01 00:00:01')") } else { first };
    format!("CASE WHEN YEAR({name}) = 0 AND MONTH({name}) = 0 AND DAYOFMONTH({name}) = 0 THEN {name} ELSE {first} END")
}

/// HMAC-SHA-256 by the key of this number in hexadecimal digits, by two plain hashes.
fn hashed(key: usize, bytes: &str) -> String {
    let inner = format!("UNHEX(SHA2(CONCAT(UNHEX(@nightshift_anon_i{key}), {bytes}), 256))");
    format!("SHA2(CONCAT(UNHEX(@nightshift_anon_o{key}), {inner}), 256)")
}

/// The bytes that are hashed, of a text read as UTF-8, whatever it is stored as. Texts that are equal to the server have the same ones.
fn read(name: &str, equality: &Equality) -> String {
    let text = format!("CONVERT({name} USING utf8mb4)");
    match equality {
        // Neither of the last two is met here.
        Equality::Exact | Equality::Lower | Equality::Unknown(_) => format!("CAST({text} AS BINARY)"),
        Equality::Padded => format!("CAST(RTRIM({text}) AS BINARY)"),
        Equality::Weighed { pads: false, .. } => format!("HEX(WEIGHT_STRING({name}))"),
        Equality::Weighed { collation, pads: true } => {
            let set = collation.split('_').next().unwrap_or_default();
            let space = format!("HEX(WEIGHT_STRING(CONVERT(' ' USING {set}) COLLATE {collation}))");
            format!("TRIM(TRAILING {space} FROM HEX(WEIGHT_STRING({name})))")
        }
    }
}

/// A number below `n`, of three bytes of the hash from the byte `at` on.
fn below(hash: &str, at: usize, n: usize) -> String {
    format!("CAST(CONV(SUBSTR({hash}, {}, 6), 16, 10) AS UNSIGNED) % {n}", 2 * at + 1)
}

fn pick(hash: &str, at: usize, words: &[&str]) -> String {
    let list: Vec<_> = words.iter().map(|word| mysql_literal(word)).collect();
    format!("ELT(1 + {}, {})", below(hash, at, words.len()), list.join(", "))
}

/// The same as on `PostgreSQL`, of the same hash.
fn faked(fake: Fake, hash: &str) -> String {
    let padded = |at, n, width: usize| format!("LPAD({}, {width}, '0')", below(hash, at, n));
    match fake {
        Fake::FirstName => pick(hash, 0, &FIRST),
        Fake::LastName => pick(hash, 3, &LAST),
        Fake::Name => format!("CONCAT({}, ' ', {})", pick(hash, 0, &FIRST), pick(hash, 3, &LAST)),
        Fake::User => format!("CONCAT('user-', LEFT({hash}, 20))"),
        Fake::Mail => format!("CONCAT(LEFT({hash}, 20), '@example.org')"),
        Fake::Phone => format!("CONCAT('+447700900', {})", padded(0, 1000, 3)),
        Fake::Address => format!("CONCAT({}, ' ', 1 + {})", pick(hash, 0, &STREETS), below(hash, 3, 199)),
        Fake::City => pick(hash, 0, &CITIES),
        Fake::Company => format!("CONCAT({}, ' ', {})", pick(hash, 3, &LAST), pick(hash, 6, &COMPANY)),
        Fake::Iban => {
            let account = format!("CONCAT('00000000', {}, {})", padded(0, 100_000, 5), padded(3, 100_000, 5));
            let check = format!("LPAD(98 - CAST(CONCAT({account}, '131400') AS DECIMAL(30)) % 97, 2, '0')");
            format!("CONCAT('DE', {check}, {account})")
        }
        Fake::Ip => {
            let groups: Vec<_> = (0..6).map(|at| format!("SUBSTR({hash}, {}, 4)", 4 * at + 1)).collect();
            format!("CONCAT_WS(':', '2001:db8', {})", groups.join(", "))
        }
    }
}
