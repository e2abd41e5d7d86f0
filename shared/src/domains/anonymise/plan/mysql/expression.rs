//! What a rule comes to in SQL: one expression over the row that is there, without a function of anybody's making. Null stays null,
//! and empty stays empty.

use crate::domains::anonymise::Fake;
use crate::domains::anonymise::plan::decide::Ruled;
use crate::domains::anonymise::plan::joins::Joins;
use crate::domains::anonymise::rules::{Rule, Unit};
use crate::domains::anonymise::words::{CITIES, COMPANY, FIRST, LAST, STREETS};
use crate::services::sql::{mysql_ident, mysql_literal};

/// The new value of a column.
pub(super) fn value(ruled: &Ruled<'_>, joins: &Joins) -> String {
    let Ruled { column, rule, join } = ruled;
    let name = mysql_ident(&column.name);
    match rule {
        // None of them is carried out here; a column that is read from itself stays as it is.
        Rule::Keep | Rule::Undecided | Rule::Shuffle | Rule::KeepFormat => name,
        Rule::Null => "NULL".to_owned(),
        Rule::Constant(text) => mysql_literal(text),
        Rule::Sql(sql) => format!("({sql})"),
        Rule::Round(Unit::Year) => format!("DATE_FORMAT({name}, '%Y-01-01')"),
        Rule::Round(Unit::Month) => format!("DATE_FORMAT({name}, '%Y-%m-01')"),
        Rule::Hash(_) | Rule::Fake(_) => {
            let hash = keyed(&name, joins, join.as_deref());
            let made = match rule {
                Rule::Hash(digits) => format!("LEFT({hash}, {digits})"),
                Rule::Fake(fake) => faked(*fake, &hash),
                _ => hash,
            };
            format!("CASE WHEN {name} = '' THEN '' ELSE {made} END")
        }
    }
}

/// HMAC-SHA-256 in hexadecimal digits, by two plain hashes. A text is read as UTF-8, whatever it is stored as.
fn keyed(name: &str, joins: &Joins, join: Option<&str>) -> String {
    let number = joins.number(join);
    let text = format!("CONVERT({name} USING utf8mb4)");
    // Texts that are equal to the server have one pseudonym: their case says nothing, nor do spaces at their end.
    let text = if joins.is_case_blind(join) { format!("LOWER(RTRIM({text}))") } else { text };
    let inner = format!("UNHEX(SHA2(CONCAT(UNHEX(@nightshift_anon_i{number}), CAST({text} AS BINARY)), 256))");
    format!("SHA2(CONCAT(UNHEX(@nightshift_anon_o{number}), {inner}), 256)")
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
