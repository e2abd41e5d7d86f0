//! House rules about who may know whom. The crate in `shared/` is built in floors: a room names only rooms below its own,
//! so no two of them can need each other. Jobs, domains and services stay apart from their neighbours, only services know
//! SDKs and drivers, and plans know no client, clock or environment. Inside a room no two files name each other.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{Name, module_of, names, words};
use super::source::Source;

/// The rooms of `shared/src/`, from the lowest floor up.
const FLOORS: [&str; 14] = [
    "text",
    "nearest",
    "report",
    "build",
    "secret",
    "clock",
    "config",
    "services",
    "notify",
    "domains",
    "run",
    "telemetry",
    "jobs",
    "lambda",
];
/// Rooms whose folders do not know each other.
const APART: [&str; 3] = ["services", "domains", "jobs"];
/// What every service is built on.
const COMMON_TO_SERVICES: [&str; 3] = ["aws", "tags", "read"];
const SDKS_AND_DRIVERS: [&str; 9] = [
    "aws_sdk_",
    "aws_config",
    "aws_smithy_",
    "hyper",
    "mysql_async",
    "rustls",
    "tokio_postgres",
    "postgres_protocol",
    "webpki_root",
];
/// How the calls of an SDK begin that change something.
const WRITING: [&str; 34] = [
    "add",
    "associate",
    "attach",
    "cancel",
    "copy",
    "create",
    "delete",
    "detach",
    "disable",
    "disassociate",
    "enable",
    "failover",
    "invoke",
    "modify",
    "move",
    "promote",
    "publish",
    "put",
    "reboot",
    "register",
    "remove",
    "replicate",
    "reset",
    "restore",
    "rotate",
    "start",
    "stop",
    "switchover",
    "tag",
    "terminate",
    "untag",
    "update",
    "upload",
    "verify",
];
/// Changes nothing: the list of an answer, and what has AWS write the report that is read next.
const READS_ALL_THE_SAME: [&str; 2] = ["create_account_statuses", "generate_credential_report"];
const UNKNOWN_TO_PLANS: [&str; 5] = ["aws_sdk_", "aws_config", "aws_smithy_", "tokio::", "std::env"];

pub(super) fn plans_are_pure(source: &Source) -> Vec<String> {
    let in_plan = shared(source).is_some_and(|parts| parts.iter().any(|part| part.starts_with("plan")));
    if !in_plan {
        return Vec::new();
    }
    let in_line = |(line, code)| {
        let names = UNKNOWN_TO_PLANS.iter().filter(move |name| str::contains(code, **name));
        names.map(move |name| source.finding(line, &format!("a plan module knows no {name}; pass what it needs in")))
    };
    source.code().flat_map(in_line).collect()
}

pub(super) fn only_services_know_sdks(source: &Source) -> Vec<String> {
    let Some(room) = shared(source).and_then(|parts| parts.into_iter().next()) else { return Vec::new() };
    if room == "services" {
        return Vec::new();
    }
    let finding = |(line, word): (usize, String)| {
        let known = SDKS_AND_DRIVERS.iter().find(|name| word.starts_with(*name))?;
        Some(source.finding(line, &format!("`{room}` knows {known}; only services do: give one a function for it")))
    };
    words(source).into_iter().filter_map(finding).collect()
}

/// A call that changes something stands only where leave to write is asked for: a service that forgot would compile.
pub(super) fn writers_take_leave(source: &Source) -> Vec<String> {
    let in_services = shared(source).is_some_and(|parts| parts.first().is_some_and(|room| room == "services"));
    if !in_services {
        return Vec::new();
    }
    let words = words(source);
    let has = |wanted: &str| words.iter().any(|(_, word)| word == wanted);
    // Where nothing is sent, these are names of fields.
    if has("Permit") || has("RecordPermit") || !has("send") {
        return Vec::new();
    }
    let writes = |word: &str| {
        word.split_once('_').is_some_and(|(verb, _)| WRITING.contains(&verb)) && !READS_ALL_THE_SAME.contains(&word)
    };
    let finding = |(line, word): &(usize, String)| {
        writes(word).then(|| {
            source
                .finding(*line, &format!("{word} changes something, and nothing here takes a `Permit`; a writer does"))
        })
    };
    words.iter().filter_map(finding).collect()
}

/// A room names only what lies below it.
pub(super) fn floors_hold(source: &Source) -> Vec<String> {
    let Some(module) = shared(source) else { return Vec::new() };
    // The root of the crate lists the rooms and names none.
    let Some(home) = module.first() else { return Vec::new() };
    let Some(floor) = floor_of(home) else {
        return vec![source.finding(1, &format!("`{home}` is on no floor; put it into FLOORS in tidy/borders.rs"))];
    };
    let finding = |Name { path, line, .. }: Name| {
        let room = path.first()?;
        let above = floor_of(room)? > floor;
        above.then(|| source.finding(line, &format!("`{home}` names `{room}`, which stands above it")))
    };
    names(source).into_iter().filter_map(finding).collect()
}

/// A job imports no job, a domain no domain, a service no other service.
pub(super) fn neighbours_stay_apart(source: &Source) -> Vec<String> {
    let Some(module) = shared(source) else { return Vec::new() };
    let [room, home, ..] = &module[..] else { return Vec::new() };
    if !APART.contains(&room.as_str()) {
        return Vec::new();
    }
    let common = |folder: &str| room == "services" && COMMON_TO_SERVICES.contains(&folder);
    let finding = |Name { path, line, .. }: Name| {
        let [theirs, other, ..] = &path[..] else { return None };
        // An item that the room itself exports is nobody's folder.
        let folder = other.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
        let foreign = theirs == room && other != home && folder && !common(other);
        foreign.then(|| source.finding(line, &format!("`{room}::{home}` names its neighbour `{other}`")))
    };
    names(source).into_iter().filter_map(finding).collect()
}

/// Which of two neighbours names the other, and where it does so first.
type Sights<'a> = BTreeMap<(String, String), (&'a Source, usize)>;

/// Two files of one folder that name each other are one file, or three.
pub(super) fn no_circles(sources: &[Source]) -> Vec<String> {
    let mut modules: BTreeMap<&str, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (root, module) in sources.iter().filter(|source| source.is_rust()).filter_map(module_of) {
        modules.entry(root).or_default().insert(module);
    }
    let mut sees: BTreeMap<(&str, Vec<String>), Sights<'_>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        let Some((root, module)) = module_of(source) else { continue };
        for Name { path, line, .. } in names(source).into_iter().filter(|name| !name.in_tests) {
            let Some(other) = longest_module(&modules[root], &path) else { continue };
            let shared = module.iter().zip(other).take_while(|(a, b)| a == b).count();
            if let (Some(from), Some(to)) = (module.get(shared), other.get(shared)) {
                let pairs = sees.entry((root, module[..shared].to_vec())).or_default();
                pairs.entry((from.clone(), to.clone())).or_insert((source, line));
            }
        }
    }
    let circles = sees.values().flat_map(|pairs| {
        pairs.iter().filter(|((from, to), _)| from < to && pairs.contains_key(&(to.clone(), from.clone())))
    });
    let finding = |((from, to), (source, line)): (&(String, String), &(&Source, usize))| {
        source
            .finding(*line, &format!("`{from}` and `{to}` name each other; move what both need to a place of its own"))
    };
    circles.map(finding).collect()
}

fn longest_module<'a>(modules: &'a BTreeSet<Vec<String>>, path: &[String]) -> Option<&'a [String]> {
    (1..=path.len()).rev().find_map(|length| modules.get(&path[..length])).map(Vec::as_slice)
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| *floor == room)
}

/// The module of a Rust file of `shared/src/`.
fn shared(source: &Source) -> Option<Vec<String>> {
    let (root, module) = module_of(source)?;
    (root == "shared").then_some(module)
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    #[test]
    fn a_plan_module_knows_no_client_clock_or_environment() {
        for path in ["shared/src/jobs/a/plan/why.rs", "shared/src/jobs/a/plan.rs"] {
            let code = "use aws_sdk_rds::Client;\nuse tokio::time;\nlet x = std::env::var(\"X\");\n";
            assert_eq!(plans_are_pure(&source(path, code)).len(), 3, "{path}");
        }
        let comment = "// not tokio::time\nuse crate::report;\n";
        assert!(plans_are_pure(&source("shared/src/jobs/a/plan/why.rs", comment)).is_empty());
        assert!(plans_are_pure(&source("shared/src/services/rds/mod.rs", "use aws_sdk_rds::Client;\n")).is_empty());
        assert!(plans_are_pure(&source("testkit/src/plan.rs", "use tokio::time;\n")).is_empty());
    }

    #[test]
    fn only_a_service_knows_an_sdk_or_a_driver() {
        let code = "use aws_sdk_rds::Client;\nlet x: tokio_postgres::Row;\n// hyper\nlet y = \"hyper=warn\";\n";
        assert_eq!(
            only_services_know_sdks(&source("shared/src/jobs/a/master.rs", code)),
            [
                "shared/src/jobs/a/master.rs:1: `jobs` knows aws_sdk_; only services do: give one a function for it",
                "shared/src/jobs/a/master.rs:2: `jobs` knows tokio_postgres; only services do: give one a function for it",
            ]
        );
        assert!(only_services_know_sdks(&source("shared/src/services/rds/reader.rs", code)).is_empty());
        assert!(only_services_know_sdks(&source("cli/src/main.rs", code)).is_empty());
    }

    #[test]
    fn what_changes_something_takes_leave() {
        let found = |path: &str, code: &str| writers_take_leave(&source(path, code)).len();
        let write = "async fn f(c: Client) { c.delete_db_cluster().send().await; }";
        assert_eq!(found("shared/src/services/rds/reader.rs", write), 1);
        assert_eq!(found("shared/src/services/rds/writer.rs", &format!("use super::Permit;\n{write}")), 0);
        assert_eq!(found("shared/src/services/s3.rs", "fn f(p: &RecordPermit) { c.put_object().send() }"), 0);
        assert_eq!(found("shared/src/services/rds/reader.rs", "fn f() { c.describe_db_clusters().send() }"), 0);
        assert_eq!(found("shared/src/services/rds/convert.rs", "fn f() { x.copy_tags_to_snapshot() }"), 0, "a field");
        assert_eq!(found("shared/src/services/iam/audit.rs", "fn f() { c.generate_credential_report().send() }"), 0);
    }

    #[test]
    fn a_room_names_only_rooms_below_it() {
        let above = |path: &str, code: &str| floors_hold(&source(path, code));
        assert_eq!(
            above("shared/src/services/rds/convert.rs", "use crate::jobs::a::Model;\n"),
            ["shared/src/services/rds/convert.rs:1: `services` names `jobs`, which stands above it"]
        );
        assert_eq!(above("shared/src/config/mod.rs", "use super::run::Mode;\n").len(), 1);
        assert!(
            above("shared/src/jobs/a/plan.rs", "use crate::services::rds::Cluster;\nuse super::model;\n").is_empty()
        );
        assert!(above("shared/src/lib.rs", "pub use crate::jobs::a;\n").is_empty());
        assert_eq!(above("shared/src/attic/mod.rs", "").len(), 1, "a room on no floor");
    }

    #[test]
    fn neighbours_know_nothing_of_each_other() {
        let apart = |path: &str, code: &str| neighbours_stay_apart(&source(path, code)).len();
        assert_eq!(apart("shared/src/jobs/a/plan.rs", "use crate::jobs::b::Policy;\nuse super::super::c::X;\n"), 2);
        assert_eq!(apart("shared/src/domains/keys/tags.rs", "use crate::domains::clusters::tags;\n"), 1);
        assert_eq!(apart("shared/src/services/rds/reader.rs", "use crate::services::iam::User;\n"), 1);
        assert_eq!(
            apart(
                "shared/src/services/rds/reader.rs",
                "use crate::services::aws::AwsError;\nuse crate::services::Read;\n"
            ),
            0
        );
        assert_eq!(apart("shared/src/jobs/a/plan.rs", "use crate::jobs::a::model;\nuse super::observe;\n"), 0);
    }

    #[test]
    fn two_files_of_a_folder_do_not_name_each_other() {
        let tree = |rules: &str, overlap: &str| {
            no_circles(&[
                source("shared/src/jobs/a/plan/mod.rs", "mod rules;\nmod overlap;\n"),
                source("shared/src/jobs/a/plan/rules.rs", rules),
                source("shared/src/jobs/a/plan/overlap.rs", overlap),
            ])
        };
        assert_eq!(
            tree("use super::overlap::due;\n", "\nuse super::rules::Said;\n"),
            [
                "shared/src/jobs/a/plan/overlap.rs:2: `overlap` and `rules` name each other; move what both need to a place of its own"
            ]
        );
        assert!(tree("use super::overlap::due;\n", "use super::Terms;\n").is_empty());
        assert!(tree("use super::overlap::due;\n", "mod tests { use super::super::rules::Said; }\n").is_empty());
        let rooms = [
            source("xtask/src/deploy.rs", "use crate::terraform::X;\n"),
            source("xtask/src/terraform/mod.rs", "use crate::deploy;\n"),
        ];
        assert_eq!(no_circles(&rooms).len(), 1, "rooms as well as files");
    }
}
