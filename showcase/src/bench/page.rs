//! `docs/benchmarks.md`, whole: nobody edits it by hand.

use std::fmt::Write as _;

use super::Bench;

/// The page for what `bench` found, on `day` and on a machine of so many `cores`.
pub fn page(bench: &Bench, day: jiff::civil::Date, cores: usize) -> String {
    let (met, all) = bench.met();
    let mut page = format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench`, with the release binaries of this checkout; {cores} cores, {day}. \
         {met} of {all} targets met.\n\nTimes depend on the machine; counts of calls and ratios are what matters.\n"
    );
    for section in bench.sections() {
        let _ = write!(page, "\n## {}\n\n{}\n\n{}\n", section.title, section.how, section.table());
    }
    page
}
