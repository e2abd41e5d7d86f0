//! House rules about one file's text: its length, its first paragraph, words that have no place in it.

use std::path::Path;

use super::source::Source;

const LONGEST_FILE: usize = 400;
const LONGEST_MAIN: usize = 40;

// Joined from halves, so that this table does not find itself.
const FORBIDDEN: [(&str, &str); 7] = [
    (concat!("to", "do!"), "finish it, or leave it out"),
    (concat!("unimple", "mented!"), "finish it, or leave it out"),
    (concat!("db", "g!"), "take it out again"),
    (concat!("#[ig", "nore"), "a test that does not run proves nothing; make it run, or delete it"),
    (concat!("allow(clippy::", "pedantic"), "name the one lint, with a reason"),
    (concat!("allow(", "dead_code"), "delete the code, or use it"),
    (concat!("allow(", "unused"), "delete the code, or use it"),
];

pub(super) fn not_too_long(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    if !source.is_rust() || lines <= LONGEST_FILE {
        return Vec::new();
    }
    vec![source.finding(LONGEST_FILE + 1, &format!("{lines} lines; split it before {LONGEST_FILE}"))]
}

pub(super) fn begins_with_a_paragraph(source: &Source) -> Vec<String> {
    if !source.is_rust() || source.text.starts_with("//!") {
        return Vec::new();
    }
    vec![source.finding(1, "begin the file with a paragraph that says what it is for (//!)")]
}

pub(super) fn no_forbidden_words(source: &Source) -> Vec<String> {
    if !source.is_rust() {
        return Vec::new();
    }
    let in_line = |(line, code)| {
        let words = FORBIDDEN.iter().filter(move |(word, _)| str::contains(code, word));
        words.map(move |(word, instead)| source.finding(line, &format!("{word}: {instead}")))
    };
    source.code().flat_map(in_line).collect()
}

pub(super) fn thin_main(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    if !source.path.starts_with("functions/") || !source.path.ends_with("/src/main.rs") || lines < LONGEST_MAIN {
        return Vec::new();
    }
    let what = format!("{lines} lines; a function's main wires and nothing more, in fewer than {LONGEST_MAIN}");
    vec![source.finding(LONGEST_MAIN, &what)]
}

/// `machine` holds folders of the machine that checks: what [`machine_paths`] made of it.
pub(super) fn no_machine_path(source: &Source, machine: &[String]) -> Vec<String> {
    let in_lines = machine.iter().flat_map(|path| {
        let lines = source.text.lines().enumerate().filter(move |(_, line)| names(line, path));
        lines.map(move |(index, _)| source.finding(index + 1, &format!("{path} is on this machine only")))
    });
    in_lines.collect()
}

/// The folders that give a machine away. A checkout right below `/` (a container's `/app`) or a home that is no
/// person's (`/tmp`) could be meant for what it says in a file, so they are not looked for.
pub(super) fn machine_paths(root: &Path, home: Option<&Path>) -> Vec<String> {
    const HOMES: [&str; 3] = ["/home/", "/Users/", concat!("/ro", "ot/")];
    let root = root.display().to_string();
    let home = home.map(|home| format!("{}/", home.display()));
    let root = Some(root).filter(|root| root.matches('/').count() > 1);
    let home = home.filter(|home| HOMES.iter().any(|homes| home.starts_with(homes)));
    root.into_iter().chain(home).collect()
}

/// Whether the line holds `path` as a whole: not the tail of a longer path, nor the head of another name.
fn names(line: &str, path: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    line.match_indices(path).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + path.len()..].chars().next();
        before.is_none_or(|c| !part_of_name(c) && c != '/') && (path.ends_with('/') || !after.is_some_and(part_of_name))
    })
}

#[cfg(test)]
mod tests {
    use super::super::source::source;
    use super::*;

    #[test]
    fn a_file_of_four_hundred_lines_is_long_enough() {
        assert!(not_too_long(&source("a.rs", &"x\n".repeat(400))).is_empty());
        let found = not_too_long(&source("a.rs", &"x\n".repeat(401)));
        assert_eq!(found, ["a.rs:401: 401 lines; split it before 400"]);
        assert!(not_too_long(&source("a.md", &"x\n".repeat(401))).is_empty());
    }

    #[test]
    fn every_rust_file_begins_with_a_paragraph() {
        assert!(begins_with_a_paragraph(&source("a.rs", "//! What it is for.\n")).is_empty());
        assert_eq!(begins_with_a_paragraph(&source("a.rs", "// What?\n")).len(), 1);
        assert!(begins_with_a_paragraph(&source("a.py", "import os\n")).is_empty());
    }

    #[test]
    fn every_forbidden_word_is_found_in_code_but_not_in_a_comment() {
        for (word, instead) in FORBIDDEN {
            let code = source("a.rs", &format!("//! A.\nfn f() {{ {word}) }}\n"));
            assert_eq!(no_forbidden_words(&code), [format!("a.rs:2: {word}: {instead}")]);
            assert!(no_forbidden_words(&source("a.rs", &format!("//! No {word} here.\n"))).is_empty());
        }
    }

    #[test]
    fn a_functions_main_stays_under_forty_lines() {
        let path = "functions/cluster-cleanup/src/main.rs";
        assert!(thin_main(&source(path, &"x\n".repeat(39))).is_empty());
        assert_eq!(thin_main(&source(path, &"x\n".repeat(40))).len(), 1);
        assert!(thin_main(&source("cli/src/main.rs", &"x\n".repeat(40))).is_empty());
    }

    #[test]
    fn a_folder_of_this_machine_is_found_and_its_namesakes_are_not() {
        let machine = machine_paths(Path::new("/srv/night"), Some(Path::new("/home/ann")));
        let found = |text: &str| no_machine_path(&source("a.md", text), &machine).len();
        assert_eq!(found("see /srv/night/a.md\nand `/home/ann/.aws`, or\n/srv/night"), 3);
        assert_eq!(found("/srv/nightly /x/srv/night /home/anna/x target/srv/night"), 0);
    }

    #[test]
    fn folders_that_any_machine_has_are_not_looked_for() {
        assert!(machine_paths(Path::new("/app"), Some(Path::new("/tmp"))).is_empty());
        assert!(machine_paths(Path::new("/app"), None).is_empty());
    }
}
