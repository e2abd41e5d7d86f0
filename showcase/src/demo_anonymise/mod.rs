//! `clusters anonymise` on one machine: a clone's database on a real `PostgreSQL`, rules proposed and decided, the plan, what is
//! refused before anything changes, a run that is stopped and goes on, and what is left of whom. The last step compares what was
//! seen with what should have been, so that a test can run it too.

mod shop;

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::demo::{shown, width};
use nightshift_testkit::cargo;
use shop::{COMMAND, DATABASE, Shop, URL};

const RULES: &str = "demo-out/shop.toml";
const KEY: &str = "demo-out/shop.key";
/// What somebody decides about what was not recognised, or not as they would have it: of which table, what stood there, and what then.
const DECISIONS: [(&str, &str, &str); 5] = [
    (
        "audit_log",
        "keep = [\"id\"]\n\n[table.\"public.audit_log\".column]\nrow_was = \"DECIDE\" # text: nothing was recognised\n",
        "truncate = true\n",
    ),
    ("customer", "country = \"DECIDE\" # text: nothing was recognised\n", "country = \"keep\"\n"),
    ("customer", "remark = \"DECIDE\" # text: nothing was recognised\n", "remark = \"null\"\n"),
    ("purchase", "article = \"DECIDE\" # text: nothing was recognised\n", "article = \"keep\"\n"),
    ("visit", "page = \"DECIDE\" # text: nothing was recognised\n", "page = \"keep\"\n"),
];
/// Nobody else knows it, and nobody needs it afterwards. It is the same each time here, so that the same is printed.
const OF_THE_DEMONSTRATION: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

/// Builds the command and shows it at work on `out`.
pub async fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    show(out, &cargo::build(COMMAND)?, width()).await
}

/// Shows `command` at work on `out`, in tables `width` columns wide.
pub async fn show(out: &mut dyn Write, command: &Path, width: u16) -> anyhow::Result<()> {
    let shop = Shop::open(command, width).await?;
    writeln!(out, "A clone of a shop's database, on a real PostgreSQL {}, all of it on this machine.", shop.version())?;
    writeln!(out, "\nBEFORE · real people, in four tables and in a view that keeps what it showed")?;
    let before = shop.tells(out).await?;

    let digest = decided(out, &shop).await?;
    refused(out, &shop, &digest).await?;
    carried_out(out, &shop, &digest).await?;

    writeln!(out, "\nAFTER · the same rows; who bought what can still be asked")?;
    let after = shop.tells(out).await?;
    ensure!(before.lines().count() == after.lines().count() + 1, "all but the log has as many rows as before");
    shop.nobody_is_left().await?;
    shop.leads_where_it_led().await?;
    shop.keeps_no(OF_THE_DEMONSTRATION)?;
    writeln!(
        out,
        "\nDONE · none of 200 mail addresses, names and phone numbers is left in a table, a view or the server's statistics; 600\n\
         purchases and 900 visits lead to whom they led to before; the key is in no log of the server"
    )?;
    Ok(())
}

/// Rules are proposed and decided, and a plan is made of them; its digest.
async fn decided(out: &mut dyn Write, shop: &Shop) -> anyhow::Result<String> {
    writeln!(out, "\nSUGGEST · by names, types, and how values look; what it does not know, you decide")?;
    let mut rules =
        shop.types(out, &format!("clusters anonymise --suggest --database {URL} \\\n    > {RULES}"), 0).await?;
    shop::write(RULES, &rules)?;
    quoted(out, &rules)?;
    let plan = format!("clusters anonymise --plan --rules {RULES} \\\n    --database {URL}");
    let undecided = shop.types(out, &plan, 3).await?;
    shown(out, &undecided)?;

    writeln!(out, "\nDECIDE · by somebody who knows the data")?;
    for (table, proposed, decided) in DECISIONS {
        ensure!(rules.contains(proposed), "nobody proposed {proposed}");
        rules = rules.replacen(proposed, decided, 1);
        write!(out, "  │ {table:<10} {decided}")?;
    }
    shop::write(RULES, &rules)?;
    shop::write(KEY, OF_THE_DEMONSTRATION)?;

    writeln!(out, "\nPLAN · every table and column, how and why so; it only reads")?;
    let plan = shop.types(out, &plan, 0).await?;
    shown(out, &plan)?;
    let digest = plan.lines().find_map(|line| line.strip_prefix("plan ")).context("the plan has no digest")?;
    Ok(digest.trim().to_owned())
}

fn apply(digest: &str) -> String {
    format!(
        "clusters anonymise --apply --this-is-a-copy {DATABASE} --key-file {KEY} --rules {RULES} \\\n    \
         --expect-plan {digest} \\\n    --database {URL}"
    )
}

/// A database that does not say of itself that it is a copy.
async fn refused(out: &mut dyn Write, shop: &Shop, digest: &str) -> anyhow::Result<()> {
    writeln!(out, "\nREFUSED · nothing tells this database from production yet")?;
    let refused = shop.types(out, &apply(digest), 3).await?;
    shown(out, &refused)?;
    let mark = refused.split("set the mark: ").nth(1).context("nobody says how to mark it")?.trim();
    writeln!(out, "$ psql {URL} \\\n    -c \"{mark}\"")?;
    shop.as_master(mark).await
}

/// Stopped in between, and gone on with.
async fn carried_out(out: &mut dyn Write, shop: &Shop, digest: &str) -> anyhow::Result<()> {
    writeln!(out, "\nSTOPPED · somebody holds a table, so that a step gives up; what is done stays done")?;
    shop.as_rds("BEGIN; LOCK TABLE purchase IN ACCESS SHARE MODE").await?;
    let stopped = shop.types(out, &apply(digest), 3).await?;
    shown(out, &stopped)?;
    shop.as_rds("COMMIT").await?;

    writeln!(
        out,
        "\nGOES ON · the same command again: it begins where it was, with the same plan, rules, schema and key"
    )?;
    let done = shop.types(out, &apply(digest), 0).await?;
    shown(out, &done)?;

    writeln!(out, "\nONCE MORE · never a second time, which would make pseudonyms of pseudonyms")?;
    let again = shop.types(out, &apply(digest), 3).await?;
    shown(out, &again)
}

fn quoted(out: &mut dyn Write, text: &str) -> anyhow::Result<()> {
    text.lines().try_for_each(|line| writeln!(out, "{}", format!("  │ {line}").trim_end()))?;
    Ok(())
}
