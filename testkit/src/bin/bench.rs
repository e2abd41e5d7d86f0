//! `cargo xtask bench [--quick]`: see `nightshift_testkit::bench`. Prints its tables and writes `docs/benchmarks.md`; a
//! quick one, which leaves parts out, only prints.
#![expect(clippy::print_stdout, reason = "the tables are this command's output")]

use anyhow::{Context as _, bail};
use nightshift_testkit::bench::{Bench, ClusterCleanup, KeyRotation, Subject, build, page};
use nightshift_testkit::repository;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let quick = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--quick" => true,
        _ => bail!("usage: cargo xtask bench [--quick]"),
    };
    println!("building the release binaries; the first time takes some minutes …");
    build(&[ClusterCleanup::NAME, KeyRotation::NAME])?;
    let mut bench = Bench::new(quick);
    bench.measure(&ClusterCleanup).await?;
    bench.measure(&KeyRotation).await?;
    for section in bench.sections() {
        println!("\n{}\n\n{}", section.title, section.table());
    }
    let (met, all) = bench.met();
    println!("\n{met} of {all} targets met");
    if !quick {
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
