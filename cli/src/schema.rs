//! `schema`: the JSON Schema of everything that is printed for machines, made of the types that are printed.

use clap::ValueEnum;
use nightshift::domains::anonymise::plan::Plan;
use nightshift::domains::fleet::FleetReport;
use nightshift::domains::messages::Messages;
use nightshift::domains::organization::{Diff, Snapshot};
use nightshift::jobs::database_anonymise::Ran;
use nightshift::jobs::db_users::request;
use nightshift::jobs::key_rotation::listing::KeyList;
use nightshift::report::Report;
use nightshift::services::organizations::CallPlan;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::adopt::Adoption;
use crate::clones::{ClusterList, SnapshotList};
use crate::desk::Desk;
use crate::doctor::Findings;
use crate::fleet::{FleetAccounts, FleetStatus};
use crate::org::{LookedUp, TableRead};
use crate::output::{Ending, Output, Words};
use crate::policy_shown::PolicyShown;
use crate::reports::ReportList;
use crate::secrets::{SecretList, SecretShown};
use crate::show::ClusterShown;
use crate::users::UserList;

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Document {
    /// What `plan` and `apply` print, every function returns, and the report bucket keeps.
    Report,
    /// What `keys list` prints.
    Keys,
    /// What `users list` prints.
    Users,
    /// What `secrets list` prints.
    Secrets,
    /// What `secrets show` prints.
    Secret,
    /// What `clusters list` prints.
    Clusters,
    /// What `clusters show` prints.
    Cluster,
    /// What `clusters snapshots` prints.
    Snapshots,
    /// What `clusters anonymise --plan` prints.
    AnonymisePlan,
    /// What `clusters anonymise --apply` prints.
    AnonymiseRun,
    /// What `reports list` prints.
    Reports,
    /// What `policy show` prints.
    Policy,
    /// What `doctor` prints.
    Doctor,
    /// What `adopt` prints.
    Adoption,
    /// What `org dump` writes.
    Organization,
    /// What `org diff` prints.
    OrganizationDiff,
    /// What `org lookup` prints.
    OrganizationAccounts,
    /// What `org read-accounts` prints.
    OrganizationTable,
    /// What `org dump --plan` prints.
    OrganizationPlan,
    /// What `fleet accounts` prints.
    FleetAccounts,
    /// What `fleet status` prints.
    FleetStatus,
    /// What `fleet report` prints, and the bucket of a run keeps.
    FleetReport,
    /// What `event parse` prints.
    Messages,
    /// What `db-users` is told, by `--event` or in an invocation.
    DbUsersEvent,
}

impl Document {
    /// As it is typed.
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn schema(self) -> Value {
        match self {
            Self::Report => of::<Report>(),
            Self::Keys => of::<KeyList>(),
            Self::Users => of::<UserList>(),
            Self::Secrets => of::<SecretList>(),
            Self::Secret => of::<SecretShown>(),
            Self::Clusters => of::<ClusterList>(),
            Self::Cluster => of::<ClusterShown>(),
            Self::Snapshots => of::<SnapshotList>(),
            Self::AnonymisePlan => of::<Plan>(),
            Self::AnonymiseRun => of::<Ran>(),
            Self::Reports => of::<ReportList>(),
            Self::Policy => of::<PolicyShown>(),
            Self::Doctor => of::<Findings>(),
            Self::Adoption => of::<Adoption>(),
            Self::Organization => of::<Snapshot>(),
            Self::OrganizationDiff => of::<Diff>(),
            Self::OrganizationAccounts => of::<LookedUp>(),
            Self::OrganizationTable => of::<TableRead>(),
            Self::OrganizationPlan => of::<CallPlan>(),
            Self::FleetAccounts => of::<FleetAccounts>(),
            Self::FleetStatus => of::<FleetStatus>(),
            Self::FleetReport => of::<FleetReport>(),
            Self::Messages => of::<Messages>(),
            Self::DbUsersEvent => request::schema(),
        }
    }
}

/// One schema, or the names of all.
pub(crate) fn show(document: Option<Document>, desk: &Desk) -> anyhow::Result<Ending> {
    let output = Output::new(Words::CanBeHadAgain, desk);
    match document {
        Some(document) => output.say(&serde_json::to_string_pretty(&document.schema())?),
        None => Document::value_variants().iter().for_each(|document| output.say(&document.name())),
    }
    Ok(output.end(Ending::Done))
}

/// Of what is written, not of what is read: a field that may be missing is not required, and the others are.
fn of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>().into()
}
