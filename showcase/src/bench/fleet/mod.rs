//! A run through an organisation at its size: a night of a thousand accounts in seventeen Regions by the real code of every part, under
//! the limits that AWS publishes and by the bench's own time.

mod at_size;
mod aws;
mod beside;
mod limits;
mod machine;
mod night;
mod paths;
pub mod prices;
mod rows;
mod store;

pub use night::{Night, Went};

use super::program;
use super::table::Section;
use crate::staged_fleet::FUNCTION;
use nightshift_testkit::cargo;

/// As it is named on the command line.
pub const FLEET: &str = "fleet";
const NIGHTS: [Night; 3] = [
    Night { job: "cluster-cleanup", accounts: 1_000, regions: 17, busy: false },
    Night { job: "cluster-cleanup", accounts: 1_000, regions: 17, busy: true },
    Night { job: "key-rotation", accounts: 1_000, regions: 17, busy: false },
];
/// Of the parts that hold all of them at once.
const ACCOUNTS: usize = 10_000;

/// One for a night, and one for the other ways.
pub(super) fn sections() -> [Section; 2] {
    [rows::section(), beside::section()]
}

/// Adds the rows. A quick one is of a hundred accounts in three Regions, and of a function that was not optimised.
pub(super) async fn measure([nights, beside]: &mut [Section; 2], quick: bool) -> anyhow::Result<()> {
    let binary = if quick { cargo::build(FUNCTION)? } else { program::binary(FUNCTION) };
    for (place, night) in NIGHTS.into_iter().enumerate() {
        let night = if quick { Night { accounts: 100, regions: 3, ..night } } else { night };
        let went = night.pass().await?;
        rows::add(nights, &went);
        if place == 0 {
            at_size::measure(nights, &went, ACCOUNTS, &binary).await?;
        }
    }
    beside::measure(beside, &binary).await
}
