//! House rules about who may know whom. The crate in `shared/` is built in floors: a room names only rooms below its own,
//! so no two of them can need each other. Jobs, domains and services stay apart from their neighbours. Inside a room no two
//! files name each other. What these rules read are names, so nothing may hide one: no alias of the house or of a room
//! around a file, no glob of either, no file that is not where its module is.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenTree};

use super::names::{Name, is_mark, is_word, module_of, names, shared, words};
use super::source::Source;

/// The rooms of `shared/src/`, from the lowest floor up.
const FLOORS: [&str; 16] = [
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
    "servers",
    "run",
    "telemetry",
    "jobs",
    "lambda",
    "fleet",
];
/// Rooms whose folders do not know each other.
const APART: [&str; 3] = ["services", "domains", "jobs"];
/// What every service is built on.
const COMMON_TO_SERVICES: [&str; 3] = ["aws", "tags", "read"];
/// What the room of the services hands on, of files that are no service.
const HANDED_ON: [&str; 2] = ["permit", "read"];

/// A room names only what lies below it.
pub(super) fn floors_hold(source: &Source) -> Vec<String> {
    let Some(module) = shared(source) else { return Vec::new() };
    // The root of the crate lists the rooms and names none.
    let Some(home) = module.first() else { return Vec::new() };
    let Some(floor) = floor_of(home) else {
        return vec![source.finding(1, &format!("`{home}` is on no floor; put it into FLOORS in tidy/borders.rs"))];
    };
    let finding = |Name { path, line, .. }: Name| {
        let Some(room) = path.first() else {
            return Some(source.finding(line, "this names the whole crate; name the room, and what in it"));
        };
        match floor_of(room) {
            None => Some(source.finding(line, &format!("`{room}` is no room; name what it is where it stands"))),
            Some(other) if other > floor => {
                Some(source.finding(line, &format!("`{home}` names `{room}`, which stands above it")))
            }
            Some(_) => None,
        }
    };
    names(source).into_iter().filter_map(finding).collect()
}

/// The root of the crate lists the rooms, the rooms of neighbours list these, and nothing there hands on what is behind a
/// border.
pub(super) fn roots_only_list(source: &Source) -> Vec<String> {
    let handed_on: &[&str] = match shared(source).as_deref() {
        Some([]) => &[],
        Some([room]) if APART.contains(&room.as_str()) && room == "services" => &HANDED_ON,
        Some([room]) if APART.contains(&room.as_str()) => &[],
        _ => return Vec::new(),
    };
    let tokens: Vec<_> = source.tokens().into_iter().collect();
    let (mut at, mut found) = (0, Vec::new());
    while at < tokens.len() {
        let from = at;
        while tokens.get(at).is_some_and(|_| !is_mark(&tokens, at, ';')) {
            at += 1;
        }
        let item: Vec<_> = tokens[from..at].iter().filter(|token| !matches!(token, TokenTree::Punct(_))).collect();
        at += 1;
        let word = |at: usize| match item.get(at) {
            Some(TokenTree::Ident(word)) => word.to_string(),
            _ => String::new(),
        };
        // Documentation and attributes in front are groups.
        let start = item.iter().position(|token| matches!(token, TokenTree::Ident(_))).unwrap_or(item.len());
        let start = start + usize::from(word(start) == "pub");
        let lists = word(start) == "mod" && item.len() == start + 2;
        let hands_on = word(start) == "use" && handed_on.contains(&word(start + 1).as_str());
        if let Some(first) = item.first().filter(|_| start < item.len() && !lists && !hands_on) {
            found.push(source.finding(first.span().start().line, "here modules are listed, and nothing else"));
        }
    }
    found
}

/// What would make a name mean what these rules cannot see.
pub(super) fn nothing_hides_a_name(source: &Source) -> Vec<String> {
    let Some((_, module)) = module_of(source) else { return Vec::new() };
    let whole = |Name { path, line, in_tests, imported }: Name| {
        let around = path.len() < module.len() && module.starts_with(&path);
        let hides = imported && around && (!in_tests || path.len() < 2 && shared(source).is_some());
        let place = if path.is_empty() { "crate".to_owned() } else { path.join("::") };
        hides.then(|| source.finding(line, &format!("`{place}` is imported whole; import what is needed of it")))
    };
    let words = words(source);
    let elsewhere = words.windows(2).filter_map(|pair| {
        let [(line, one), (_, two)] = pair else { return None };
        let is = one == "extern" && two == "crate";
        is.then(|| source.finding(*line, "`extern crate` gives a crate another name; write the one it has"))
    });
    let mut found: Vec<_> = names(source).into_iter().filter_map(whole).chain(elsewhere).collect();
    code_from_elsewhere(source, &source.tokens().into_iter().collect::<Vec<_>>(), &mut found);
    found
}

/// `include!` and `#[path = …]`: code that is not where its module is.
fn code_from_elsewhere(source: &Source, tokens: &[TokenTree], found: &mut Vec<String>) {
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let inner: Vec<_> = group.stream().into_iter().collect();
        let included = at >= 2 && is_word(tokens, at - 2, "include") && is_mark(tokens, at - 1, '!');
        let attribute = at >= 1 && is_mark(tokens, at - 1, '#') && group.delimiter() == Delimiter::Bracket;
        if included || attribute && places(&inner) {
            found.push(source.finding(group.span_open().start().line, "code stands in the file of its module"));
        }
        code_from_elsewhere(source, &inner, found);
    }
}

/// Whether an attribute says where the file of a module is, on a condition or on none.
fn places(attribute: &[TokenTree]) -> bool {
    if is_word(attribute, 0, "path") {
        return is_mark(attribute, 1, '=');
    }
    let within = |token: &TokenTree| match token {
        TokenTree::Group(group) => {
            let inner: Vec<_> = group.stream().into_iter().collect();
            (0..inner.len()).any(|at| places(&inner[at..]))
        }
        _ => false,
    };
    is_word(attribute, 0, "cfg_attr") && attribute.iter().any(within)
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

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

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

    #[test]
    fn a_name_by_another_way_is_a_name_all_the_same() {
        let low = |code: &str| {
            let source = source("shared/src/services/rds/reader.rs", code);
            [floors_hold, neighbours_stay_apart, nothing_hides_a_name].iter().flat_map(|rule| rule(&source)).count()
        };
        for code in [
            "use crate as house;\nuse house::jobs::a::X;",
            "use crate::{self as house};",
            "use crate::*;\nfn f() { jobs::a::x() }",
            "use super::super::super::{*};",
            "use crate::r#jobs::a::X;",
            "macro_rules! m { ($room:ident) => { crate::$room::a::X } }",
            "use crate::X;",
            "crate::a_macro_of_a_job!();",
            "extern crate self as house;",
            "use crate::services as s;\nfn f() { s::iam::x() }",
            "use super::super::*;\nfn f() { iam::x() }",
            "mod tests { use crate::services::*; }",
            "include!(\"../../jobs/a/job.rs\");",
            "#[path = \"../../jobs/a/job.rs\"]\nmod job;",
            "#[cfg_attr(all(), path = \"../iam/writer.rs\")]\nmod job;",
        ] {
            assert_ne!(low(code), 0, "{code}");
        }
        for code in [
            "use super::convert;\nuse crate::services::aws::Aws;\nmod tests { use super::*; }",
            "pub(in crate::services) fn f(path: &str) { include_str!(\"x\"); }",
            "#[template(path = \"x.html\")]\nstruct X;",
        ] {
            assert_eq!(low(code), 0, "{code}");
        }
        assert_eq!(nothing_hides_a_name(&source("xtask/src/a/b.rs", "use super::super::*;")).len(), 1);
        assert_eq!(nothing_hides_a_name(&source("cli/src/a/tests.rs", "use super::*;")).len(), 0);
    }

    #[test]
    fn a_root_lists_and_hands_nothing_on() {
        let found = |path: &str, code: &str| roots_only_list(&source(path, code)).len();
        let list = "//! What it is.\n#![warn(x)]\npub mod a;\n/// Of it.\n#[cfg(unix)]\nmod b;\n";
        for path in ["shared/src/lib.rs", "shared/src/jobs/mod.rs", "shared/src/services/mod.rs"] {
            assert_eq!(found(path, list), 0, "{path}");
            for more in [
                "pub use crate::jobs::a::X;",
                "pub use a::X;",
                "mod c { pub use super::a::X; }",
                "extern crate self as nightshift;",
                "macro_rules! m { () => {}; }",
                "pub type X = a::X;",
            ] {
                assert_ne!(found(path, &format!("{list}{more}")), 0, "{path}: {more}");
            }
        }
        assert_eq!(found("shared/src/services/mod.rs", "mod permit;\npub use permit::{Permit, RecordPermit};"), 0);
        assert_eq!(found("shared/src/jobs/mod.rs", "mod permit;\npub use permit::Permit;"), 1);
        assert_eq!(found("shared/src/jobs/a/mod.rs", "pub use a::X;"), 0, "a job hands on what is its own");
    }
}
