//! The jobs on offer: what the command says of each, and how whoever has a job's typed name gets at its type. With what is typed
//! in `args`, this is all that a job more takes.

use nightshift::jobs::cluster_cleanup::ClusterCleanup;
use nightshift::jobs::cluster_clone::ClusterClone;
use nightshift::jobs::db_users::DbUsers;
use nightshift::jobs::key_rotation::KeyRotation;
use nightshift::jobs::org_inventory::OrgInventory;

use crate::args::JobName;
use crate::select::Narrow;

/// A job on offer.
pub(crate) trait Offered: Narrow + 'static {
    /// Its reference: what the command says of a variable is what this page says.
    const REFERENCE: &'static str;
    /// Whether a run is of one event and nothing else: then `--event` has to be typed.
    const NEEDS_EVENT: bool = false;
    /// What to type in the place of `invoke`, where its function wants more than an event.
    const INVOKED_BY: Option<&'static str> = None;
}

impl Offered for ClusterCleanup {
    const REFERENCE: &'static str = include_str!("../../docs/cluster-cleanup.md");
}

impl Narrow for ClusterClone {}
impl Offered for ClusterClone {
    const REFERENCE: &'static str = include_str!("../../docs/cluster-clone.md");
    const INVOKED_BY: Option<&'static str> = Some("nightshift clusters clone SOURCE --invoke FUNCTION");
}

impl Narrow for DbUsers {}
impl Offered for DbUsers {
    const REFERENCE: &'static str = include_str!("../../docs/db-users.md");
    const NEEDS_EVENT: bool = true;
}

impl Offered for KeyRotation {
    const REFERENCE: &'static str = include_str!("../../docs/key-rotation.md");
}

impl Narrow for OrgInventory {}
impl Offered for OrgInventory {
    const REFERENCE: &'static str = include_str!("../../docs/org-inventory.md");
}

/// What is done with a job, whichever it is.
pub(crate) trait WithJob {
    /// What comes of it.
    type Output;

    /// Does it with this one.
    fn with<J: Offered>(self) -> Self::Output;
}

impl JobName {
    /// Does `work` with the job of this name.
    pub(crate) fn with<W: WithJob>(self, work: W) -> W::Output {
        match self {
            Self::ClusterCleanup => work.with::<ClusterCleanup>(),
            Self::ClusterClone => work.with::<ClusterClone>(),
            Self::DbUsers => work.with::<DbUsers>(),
            Self::KeyRotation => work.with::<KeyRotation>(),
            Self::OrgInventory => work.with::<OrgInventory>(),
        }
    }

    /// As its package and its reports have it.
    pub(crate) fn name(self) -> &'static str {
        struct Name;
        impl WithJob for Name {
            type Output = &'static str;

            fn with<J: Offered>(self) -> &'static str {
                J::NAME
            }
        }
        self.with(Name)
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn a_job_is_typed_by_its_own_name() {
        for job in JobName::value_variants() {
            let typed = job.to_possible_value().unwrap();
            assert_eq!(typed.get_name(), job.name());
        }
    }

    #[test]
    fn the_page_names_each_job() {
        let page = include_str!("../../docs/cli.md");
        let said = page.split_once("A job is ").and_then(|(_, rest)| rest.split_once(". ")).unwrap().0;
        let named: Vec<_> = said.split('`').skip(1).step_by(2).collect();
        let all: Vec<_> = JobName::value_variants().iter().map(|job| job.name()).collect();
        assert_eq!(named, all);
    }
}
