//! `simulate --teeth`: faults planted into a copy of the code, one at a time, each of which the simulation has to find without being
//! told where, within the account-years that its patch names. A patch that no longer applies fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};

use crate::command::{at_root, here, succeed};
use crate::environment;

/// What is planted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Plant {
    name: String,
    file: PathBuf,
    /// Whose laws.
    job: String,
    /// The laws of which one has to break.
    laws: Vec<String>,
    years: u64,
}

impl Plant {
    /// A patch that begins with what it plants and three lines: `job: key-rotation` (cluster-cleanup where it is not there),
    /// `law: told`, or several with commas, and `years: 5`.
    fn read(file: &Path, text: &str) -> anyhow::Result<Self> {
        let head = text.lines().take_while(|line| !line.starts_with("diff ") && !line.starts_with("--- "));
        let value = |key: &str| head.clone().find_map(|line| line.strip_prefix(key)).map(str::trim);
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let laws = value("law:").with_context(|| format!("{name} names no law"))?;
        let years = value("years:").with_context(|| format!("{name} names no years"))?;
        let laws = laws.split(',').map(|law| law.trim().to_owned()).collect();
        let job = value("job:").unwrap_or("cluster-cleanup").to_owned();
        Ok(Self { name, file: file.to_owned(), job, laws, years: years.parse()? })
    }
}

/// Plants each of `names`, or everything, and lets `simulate` look for it.
pub(crate) fn run(names: &[String]) -> anyhow::Result<ExitCode> {
    let plants = all(names)?;
    let tree = environment::target().join("teeth");
    let _ = fs::remove_dir_all(&tree);
    let prefix = format!("--prefix={}/", tree.display());
    succeed(&mut at_root("git", &["checkout-index", "--all", "--force", &prefix]))?;
    // Another version, or cargo would take what it compiles here for what it compiles there.
    let manifest = fs::read_to_string(tree.join("Cargo.toml"))?;
    fs::write(
        tree.join("Cargo.toml"),
        manifest.replacen("\nversion = \"0.1.0\"\n", "\nversion = \"0.0.0-teeth\"\n", 1),
    )?;
    let mut missed = Vec::new();
    for plant in &plants {
        apply(&tree, plant, false)?;
        let caught = seek(&tree, plant);
        apply(&tree, plant, true)?;
        match caught? {
            Ok(said) => println!("{}: {said}", plant.name),
            Err(said) => {
                println!("{}: NOT CAUGHT within {} account-years: {said}", plant.name, plant.years);
                missed.push(plant.name.clone());
            }
        }
    }
    ensure!(missed.is_empty(), "not caught: {}", missed.join(", "));
    Ok(ExitCode::SUCCESS)
}

fn all(names: &[String]) -> anyhow::Result<Vec<Plant>> {
    let folder = environment::root().join("simulation/teeth");
    let mut plants = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let file = entry?.path();
        let plant = Plant::read(&file, &fs::read_to_string(&file)?)?;
        if names.is_empty() || names.contains(&plant.name) {
            plants.push(plant);
        }
    }
    plants.sort_by(|a, b| a.name.cmp(&b.name));
    if plants.is_empty() {
        bail!("nothing is called so in {}", folder.display())
    }
    Ok(plants)
}

fn apply(tree: &Path, plant: &Plant, back: bool) -> anyhow::Result<()> {
    let directory = format!("--directory={}", tree.strip_prefix(environment::root()).unwrap_or(tree).display());
    let mut command = at_root("git", &["apply", "--whitespace=nowarn", &directory]);
    if back {
        command.arg("--reverse");
    }
    succeed(command.arg(&plant.file)).with_context(|| format!("{} does not apply any more", plant.name))
}

/// What caught it, or what was said instead.
fn seek(tree: &Path, plant: &Plant) -> anyhow::Result<Result<String, String>> {
    let mut build = here("cargo", &["build", "--quiet", "--offline", "--workspace", "--bin", "simulate"]);
    // The SDKs are there already; only what stands in the copy is compiled.
    build.current_dir(tree).env("CARGO_TARGET_DIR", environment::target());
    succeed(&mut build)?;
    let mut simulate = here(environment::target().join("debug/simulate"), &[&plant.job, "--seed", "1", "--first"]);
    let output = simulate.arg("--years").arg(plant.years.to_string()).output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = said.lines().find(|line| line.starts_with("broken: ")).unwrap_or_default().to_owned();
    let right = plant.laws.iter().any(|law| line.starts_with(&format!("broken: {law} ")));
    Ok(if right { Ok(line) } else { Err(if line.is_empty() { said } else { line }) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_says_which_law_it_breaks_and_how_soon() {
        let file = Path::new("simulation/teeth/no-look.patch");
        let text = "Deletes without a second look.\nlaw: due, told\nyears: 4\n\ndiff --git a/x b/x\n";
        let plant = Plant::read(file, text).unwrap();
        assert_eq!((plant.name.as_str(), plant.job.as_str(), plant.years), ("no-look", "cluster-cleanup", 4));
        let of_keys = Plant::read(file, &format!("job: key-rotation\n{text}")).unwrap();
        assert_eq!(of_keys.job, "key-rotation");
        assert_eq!(plant.laws, ["due", "told"]);
        assert!(Plant::read(file, "law: due\n").is_err() && Plant::read(file, "years: 4\ndiff --git\nlaw: x").is_err());
    }

    #[test]
    fn every_plant_still_applies() {
        for plant in all(&[]).unwrap() {
            let mut check = at_root("git", &["apply", "--check"]);
            assert!(check.arg(&plant.file).status().unwrap().success(), "{}: make the patch anew", plant.name);
        }
    }
}
