//! Least privilege, both ways: nothing in a policy that nobody calls, nothing called that no policy allows. What AWS
//! asks for besides stands in the tables of `docs/permissions.md`.

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};

use nightshift_testkit::{calls, repository};

/// Compares what Terraform applied with what the suite of `function` called. Gives the actions whose lack a stand-in notices,
/// and those it cannot.
pub(super) fn check(
    function: &str,
    job: &BTreeSet<String>,
    platform: &BTreeSet<String>,
) -> anyhow::Result<(BTreeSet<String>, BTreeSet<String>)> {
    let page = std::fs::read_to_string(repository::root().join("docs/permissions.md"))?;
    let unseen: BTreeSet<_> = rows(&page, "Only where asked for")?.into_iter().map(|row| row[0].clone()).collect();
    let (unseen, seen): (BTreeSet<_>, BTreeSet<_>) = job.iter().cloned().partition(|action| unseen.contains(action));
    let needed = needed(&page, function, calls::of(function)?)?;
    equal(&format!("the job policy of {function}"), &seen, &needed)?;
    let listed = rows(&page, "The platform's")?;
    let platforms = |when: &str| -> BTreeSet<String> {
        listed.iter().filter(|row| row[1].starts_with(when)).map(|row| row[0].clone()).collect()
    };
    let mut rest = platform.clone();
    // What only some functions have, they have whole.
    for when in ["in a VPC", "with a dead-letter queue"] {
        let all = platforms(when);
        let held: BTreeSet<_> = rest.extract_if(.., |action| all.contains(action)).collect();
        if !held.is_empty() {
            equal(&format!("the platform policy of {function}, {when},"), &held, &all)?;
        }
    }
    equal(&format!("the platform policy of {function}"), &rest, &platforms("always"))?;
    Ok((seen, unseen))
}

/// The calls, less those that are free, and what AWS asks for besides.
fn needed(page: &str, function: &str, mut calls: BTreeSet<String>) -> anyhow::Result<BTreeSet<String>> {
    let listed = |heading: &str| -> anyhow::Result<Vec<String>> {
        let of_function = rows(page, heading)?.into_iter().filter(|row| row[0] == function);
        Ok(of_function.map(|row| row[1].clone()).collect())
    };
    for free in listed("Without a permission")? {
        ensure!(calls.remove(&free), "no run of {function} calls {free}, which is listed as free");
    }
    for heading in ["On a call's behalf", "Not in a report"] {
        for action in listed(heading)? {
            ensure!(calls.insert(action.clone()), "{action} is called, so its row under '{heading}' is wrong");
        }
    }
    Ok(calls)
}

/// The rows of the first table below `heading`, without its head and without back quotes.
fn rows(page: &str, heading: &str) -> anyhow::Result<Vec<Vec<String>>> {
    let below = page.split(&format!("\n## {heading}\n")).nth(1);
    let below = below.with_context(|| format!("docs/permissions.md has no paragraph '{heading}'"))?;
    let table = below.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let rows: Vec<Vec<_>> = table
        .skip(2)
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect())
        .collect();
    ensure!(rows.iter().all(|row| row.len() > 1), "docs/permissions.md: no table under '{heading}'");
    Ok(rows)
}

fn equal(what: &str, allowed: &BTreeSet<String>, needed: &BTreeSet<String>) -> anyhow::Result<()> {
    let too_much: Vec<_> = allowed.difference(needed).map(String::as_str).collect();
    let too_little: Vec<_> = needed.difference(allowed).map(String::as_str).collect();
    ensure!(
        too_much.is_empty() && too_little.is_empty(),
        "{what} allows what nobody needs: [{}]; it lacks what is needed: [{}]",
        too_much.join(", "),
        too_little.join(", ")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# P\n\n## On a call's behalf\n\nWords.\n\n| function | action |\n|---|---|\n| `f` | `rds:C` |\n\
                        \n## Not in a report\n\n| function | action |\n|---|---|\n| `g` | `s3:P` |\n\
                        \n## Without a permission\n\n| function | action |\n|---|---|\n| `f` | `sts:G` |\n";

    fn set(actions: &[&str]) -> BTreeSet<String> {
        actions.iter().map(|&action| action.to_owned()).collect()
    }

    #[test]
    fn what_is_needed_is_what_is_called_and_what_the_tables_say() {
        assert_eq!(needed(PAGE, "f", set(&["rds:D", "sts:G"])).unwrap(), set(&["rds:C", "rds:D"]));
        let error = |calls: &[&str]| needed(PAGE, "f", set(calls)).unwrap_err().to_string();
        assert_eq!(error(&["rds:D"]), "no run of f calls sts:G, which is listed as free");
        assert_eq!(error(&["rds:C", "sts:G"]), "rds:C is called, so its row under 'On a call's behalf' is wrong");
    }

    #[test]
    fn too_much_and_too_little_are_both_named() {
        assert!(equal("it", &set(&["a:A"]), &set(&["a:A"])).is_ok());
        let error = equal("it", &set(&["a:A", "a:B"]), &set(&["a:A", "a:C"])).unwrap_err().to_string();
        assert_eq!(error, "it allows what nobody needs: [a:B]; it lacks what is needed: [a:C]");
    }
}
