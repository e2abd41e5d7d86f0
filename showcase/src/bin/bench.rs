//! `cargo xtask bench [--quick] [FUNCTION…]`: see `nightshift_showcase::bench`. Prints its tables and writes
//! `docs/benchmarks.md`; a quick one, or one of some functions, leaves parts out and only prints.
#![expect(clippy::print_stdout, reason = "the tables are this command's output")]

use anyhow::{Context as _, bail};
use nightshift_showcase::bench::{
    ANONYMISE, Bench, ClusterCleanup, DB_USERS, FLEET, KeyRotation, OrgInventory, SecretRotation, Subject, build, page,
};
use nightshift_showcase::staged_fleet::FUNCTION;
use nightshift_testkit::repository;

const FUNCTIONS: [&str; 7] =
    [ClusterCleanup::NAME, KeyRotation::NAME, DB_USERS, OrgInventory::NAME, SecretRotation::NAME, ANONYMISE, FLEET];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (quick, named): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|argument| argument == "--quick");
    let quick = !quick.is_empty();
    if let Some(unknown) = named.iter().find(|name| !FUNCTIONS.contains(&name.as_str())) {
        bail!("there is no bench of '{unknown}'; usage: cargo xtask bench [--quick] [{}]", FUNCTIONS.join("|"));
    }
    let whole = named.is_empty();
    let functions: Vec<_> =
        FUNCTIONS.into_iter().filter(|name| whole || named.iter().any(|asked| asked == name)).collect();
    // A quick one of the fleet takes what tests take.
    let built = functions.iter().filter(|name| **name != ANONYMISE && (!quick || **name != FLEET));
    let built: Vec<_> = built.map(|name| if *name == FLEET { FUNCTION } else { name }).collect();
    if !built.is_empty() {
        println!("building the release binaries; the first time takes some minutes …");
        build(&built)?;
    }
    let mut bench = Bench::new(quick);
    for function in functions {
        match function {
            ClusterCleanup::NAME => bench.measure(&ClusterCleanup).await?,
            KeyRotation::NAME => bench.measure(&KeyRotation).await?,
            OrgInventory::NAME => bench.measure_organizations().await?,
            FLEET => bench.measure_fleet().await?,
            ANONYMISE => bench.measure_tables().await?,
            SecretRotation::NAME => bench.measure_rotations().await?,
            _ => bench.measure_users().await?,
        }
    }
    for section in bench.sections() {
        println!("\n{}\n\n{}", section.title, section.table());
    }
    let (met, all) = bench.met();
    println!("\n{met} of {all} targets met");
    if !quick && whole {
        write(&bench)?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the page says when it was measured")]
fn write(bench: &Bench) -> anyhow::Result<()> {
    let cores = std::thread::available_parallelism()?.get();
    let page = page(bench, jiff::Zoned::now().date(), cores);
    std::fs::write(repository::root().join("docs/benchmarks.md"), page)
        .context("could not write docs/benchmarks.md")?;
    println!("written to docs/benchmarks.md");
    Ok(())
}
