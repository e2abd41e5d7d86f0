//! What is typed behind `org`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use nightshift::services::organizations::Sizes;

use super::common::{AccountArgs, Format, ShownArgs};
use super::jobs::WordArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum OrgCommand {
    /// The whole organisation as data: tree, accounts, tags, policies and what they come to. Reads only.
    Dump(DumpArgs),
    /// The tree of units and accounts, for people. Reads only.
    Tree(TreeArgs),
    /// Accounts by id, name, mail address, tag or place, with as much of them as you ask for. Reads only.
    Lookup(LookupArgs),
    /// What changed between two snapshots. Does not speak to AWS.
    Diff(DiffArgs),
    /// Write the accounts into a table of AWS, one item each, and take away items of ours whose account is gone. Asks first.
    WriteAccounts(WriteAccountsArgs),
    /// The accounts as such a table has them. Reads only.
    ReadAccounts(ReadAccountsArgs),
}

/// Where an organisation is had from.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// Take it from this file, as `org dump` wrote it in JSON, and ask nobody.
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub account: AccountArgs,
    /// How much of the published rates of AWS Organizations to use, in percent. Others draw on the same.
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub share: u8,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct DumpArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// How to write it.
    #[arg(short, long, value_enum, default_value_t = DumpFormat::Json, ignore_case = true)]
    pub format: DumpFormat,
    /// The file to write it to, instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub out_file: Option<PathBuf>,
    /// Without accounts.
    #[arg(long)]
    pub no_accounts: bool,
    /// Without policies.
    #[arg(long)]
    pub no_policies: bool,
    /// Only accounts, each one flat object: of `json` and `yaml`.
    #[arg(long)]
    pub flatten: bool,
    /// What policies come to for each account: one call for accounts under the same policies, one for each account, or none.
    #[arg(long, value_enum, default_value_t = EffectiveChoice::Shared)]
    pub effective: EffectiveChoice,
    /// Only say how many calls it would take, by API, and how long. Does not speak to AWS.
    #[arg(long)]
    pub plan: bool,
    #[command(flatten)]
    pub planning: PlanningArgs,
}

/// What a plan of calls is made for.
#[derive(Debug, Args)]
pub(crate) struct PlanningArgs {
    /// The organisation's sizes, for `--plan`: `accounts=200,units=50,policies=5`, and where you know them `types`,
    /// `guards` (types that allow and deny), `merged-types`, `chains`, `delegates`.
    #[arg(long, value_name = "NAME=NUMBER,...", requires = "plan", value_parser = sizes)]
    pub sizes: Option<Sizes>,
    /// The sizes of this snapshot, for `--plan`.
    #[arg(long, value_name = "FILE", requires = "plan", conflicts_with = "sizes")]
    pub like: Option<PathBuf>,
    /// The credentials are of a delegated administrator, who cannot use the tag API, for `--plan`.
    #[arg(long, requires = "plan")]
    pub delegated_administrator: bool,
    /// How to print the plan.
    #[arg(long, value_enum, default_value_t = Format::Table, requires = "plan")]
    pub output: Format,
}

#[derive(Debug, Args)]
pub(crate) struct TreeArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Without accounts.
    #[arg(long)]
    pub no_accounts: bool,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(group(clap::ArgGroup::new("who").required(true).multiple(true)))]
pub(crate) struct LookupArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Their ids, behind one another or each with a flag of its own.
    #[arg(short, long, value_name = "ID", num_args = 1.., group = "who")]
    pub accounts: Vec<String>,
    /// By name, whatever its case.
    #[arg(long, value_name = "NAME", group = "who")]
    pub name: Vec<String>,
    /// By the mail address of the root user, whatever its case.
    #[arg(long, value_name = "ADDRESS", group = "who")]
    pub email: Vec<String>,
    /// By a tag, with this value or with any. The case of both counts.
    #[arg(long, value_name = "KEY[=VALUE]", group = "who")]
    pub tag: Vec<String>,
    /// All below a unit or root, to any depth: by id, or by the names from the root to it.
    #[arg(long, value_name = "PATH", group = "who")]
    pub below: Vec<String>,
    /// With the units above each.
    #[arg(long)]
    pub include_parents: bool,
    /// With the tags of each.
    #[arg(long)]
    pub include_tags: bool,
    /// With the policies attached to each.
    #[arg(long)]
    pub include_policies: bool,
    /// With what the policies come to for each.
    #[arg(long)]
    pub include_effective_policies: bool,
    /// With the service and resource control policies each is under, from the root down.
    #[arg(long)]
    pub include_inherited: bool,
    /// How to write them.
    #[arg(short, long, value_enum, default_value_t = TextFormat::Json, ignore_case = true)]
    pub format: TextFormat,
}

#[derive(Debug, Args)]
pub(crate) struct WriteAccountsArgs {
    /// The `DynamoDB` table, whose key is the text `id`.
    #[arg(long, value_name = "NAME")]
    pub table: String,
    #[command(flatten)]
    pub source: SourceArgs,
    /// Only say what would be written.
    #[arg(long, conflicts_with_all = ["expect_plan", "yes"])]
    pub plan: bool,
    /// At most so many items are removed, or none.
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    pub max_deletions: usize,
    #[command(flatten)]
    pub shown: ShownArgs,
    #[command(flatten)]
    pub word: WordArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReadAccountsArgs {
    /// The `DynamoDB` table.
    #[arg(long, value_name = "NAME")]
    pub table: String,
    #[command(flatten)]
    pub account: AccountArgs,
    /// How to write them.
    #[arg(short, long, value_enum, default_value_t = TextFormat::Json, ignore_case = true)]
    pub format: TextFormat,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The earlier snapshot, as `org dump` wrote it in JSON.
    pub before: PathBuf,
    /// The later one.
    pub after: PathBuf,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub output: DiffFormat,
    /// Exit with 10 where anything changed.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DumpFormat {
    /// For programs: see `nightshift schema organization`.
    Json,
    /// The same as YAML.
    Yaml,
    /// The accounts, for spreadsheets.
    Csv,
    /// A graph for Graphviz.
    Dot,
    /// One page for a browser, with a search.
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextFormat {
    /// For programs.
    Json,
    /// The same as YAML.
    Yaml,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people.
    Text,
    /// For programs: see `nightshift schema organization-diff`.
    Json,
    /// For tickets and pull requests.
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EffectiveChoice {
    /// One call for all accounts under the same chain of policies, some checked by a second.
    Shared,
    /// One call for each account and type.
    Exact,
    /// None.
    None,
}

/// `accounts=200,units=50,…`.
fn sizes(text: &str) -> Result<Sizes, String> {
    const KNOWN: &str = "accounts, units, policies, types, guards, merged-types, chains, delegates";
    let mut sizes =
        Sizes { accounts: 0, units: 0, policies: 0, types: 0, guards: 0, merged_types: 0, chains: 0, delegates: 0 };
    let mut named = Vec::new();
    for pair in text.split(',') {
        let (name, number) = pair.split_once('=').ok_or_else(|| format!("'{pair}' is not NAME=NUMBER"))?;
        if named.contains(&name.trim()) {
            return Err(format!("{} is said twice", name.trim()));
        }
        let number: u64 = number.parse().map_err(|_| format!("'{number}' of {name} is no number"))?;
        if number > 1_000_000 {
            return Err(format!("{name} is {number}, and no organisation has more than a million"));
        }
        let place = match name.trim() {
            "accounts" => &mut sizes.accounts,
            "units" => &mut sizes.units,
            "policies" => &mut sizes.policies,
            "types" => &mut sizes.types,
            "guards" => &mut sizes.guards,
            "merged-types" => &mut sizes.merged_types,
            "chains" => &mut sizes.chains,
            "delegates" => &mut sizes.delegates,
            other => return Err(format!("'{other}' is none of {KNOWN}")),
        };
        *place = number;
        named.push(name.trim());
    }
    // What nobody said: every type the first release of policies had, and a chain for each policy.
    if !named.contains(&"types") {
        sizes.types = 4;
    }
    if !named.contains(&"guards") {
        sizes.guards = 1;
    }
    if !named.contains(&"merged-types") {
        sizes.merged_types = sizes.types.saturating_sub(sizes.guards);
    }
    if !named.contains(&"chains") {
        sizes.chains = sizes.policies.saturating_sub(1);
    }
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use super::sizes;

    #[test]
    fn sizes_are_named_and_those_that_are_not_are_guessed_from_the_others() {
        let small = sizes("accounts=200,units=50,policies=5").unwrap();
        assert_eq!((small.accounts, small.types, small.merged_types, small.chains), (200, 4, 3, 4));
        for (text, said) in [
            ("accounts", "'accounts' is not NAME=NUMBER"),
            ("accounts=x", "'x' of accounts is no number"),
            ("units=1,units=2", "units is said twice"),
            ("ous=4", "'ous' is none of accounts, units, policies, types, guards, merged-types, chains, delegates"),
            ("units=1000001", "units is 1000001, and no organisation has more than a million"),
        ] {
            assert_eq!(sizes(text).unwrap_err(), said);
        }
    }
}
