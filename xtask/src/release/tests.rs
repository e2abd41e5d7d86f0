//! Tests of what a release is made from, and of what says that it came out the same twice.

use super::*;

fn files(pairs: &[(&str, &str)]) -> Files {
    pairs.iter().map(|(name, content)| ((*name).to_owned(), content.as_bytes().to_vec())).collect()
}

#[test]
fn a_file_that_differs_or_is_missing_is_named() {
    let first = files(&[("a", "1"), ("b", "2")]);
    assert!(same(&first, &files(&[("a", "1"), ("b", "2")])).is_ok());
    let said = same(&first, &files(&[("a", "1"), ("b", "3")])).unwrap_err().to_string();
    assert_eq!(said, "built twice, and not the same bytes in: b");
    let said = same(&first, &files(&[("a", "1")])).unwrap_err().to_string();
    assert_eq!(said, "built twice, and not the same bytes in: b");
    assert!(same(&files(&[]), &first).is_err());
}

#[test]
fn only_what_is_committed_is_copied() {
    let folder = std::env::temp_dir().join(format!("nightshift-copy-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let from = folder.join("from");
    fs::create_dir_all(&from).unwrap();
    let git = |args: &[&str]| {
        let person = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
        quiet(here("git", &person).args(args).current_dir(&from)).unwrap();
    };
    git(&["init", "--quiet"]);
    fs::write(from.join("kept"), "as committed").unwrap();
    git(&["add", "kept"]);
    git(&["commit", "--quiet", "--message", "one"]);
    fs::write(from.join("kept"), "changed").unwrap();
    fs::write(from.join("untracked"), "").unwrap();
    copy(&from, &folder.join("to")).unwrap();
    let kept = fs::read_to_string(folder.join("to/kept")).unwrap();
    let untracked = folder.join("to/untracked").exists();
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!((kept.as_str(), untracked), ("as committed", false));
}

#[test]
fn the_folder_of_a_release_has_nothing_of_an_earlier_one() {
    let folder = std::env::temp_dir().join(format!("nightshift-publish-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("old"), "").unwrap();
    publish(&folder, &files(&[("new", "1")])).unwrap();
    let (old, new) = (folder.join("old").exists(), fs::read(folder.join("new")).unwrap());
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!((old, new), (false, b"1".to_vec()));
}
