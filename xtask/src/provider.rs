//! Where Terraform gets its AWS provider from: where an ordinary `terraform init` gets it, or, on a machine without a
//! network, from a folder of providers that was put there in Terraform's own layout. Which of them works is tried.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{at_root, works};
use crate::environment;

/// What to do where neither is to be had.
pub(crate) const MISSING: &str = "no AWS provider: connect to the network, or name a folder of providers with \
                                  TF_CLI_ARGS_init=-plugin-dir=FOLDER";

#[derive(Debug, PartialEq)]
pub(crate) enum Provider {
    /// As the caller's Terraform is configured.
    AsConfigured,
    /// A folder for `-plugin-dir`.
    Folder(PathBuf),
}

impl Provider {
    /// The first that works.
    pub(crate) fn find() -> Option<Self> {
        let folders = places().into_iter().flat_map(|place| folders_of_providers(&place)).map(Self::Folder);
        std::iter::once(Self::AsConfigured).chain(folders).find(Self::works)
    }

    /// Lets every `terraform init` that `command` is, or starts, find it.
    pub(crate) fn offer(&self, command: &mut Command) {
        match self {
            // One download serves all modules.
            Self::AsConfigured => command.env("TF_PLUGIN_CACHE_DIR", cache()),
            Self::Folder(folder) => command.env("TF_CLI_ARGS_init", format!("-plugin-dir={}", folder.display())),
        };
    }

    /// Whether a module that asks for what all modules ask for can be initialised with it.
    fn works(&self) -> bool {
        let probe = cache().join("probe");
        let asked = environment::root().join("terraform/aws/account/versions.tf");
        let _ = fs::remove_dir_all(&probe);
        if fs::create_dir_all(&probe).and_then(|()| fs::copy(asked, probe.join("versions.tf"))).is_err() {
            return false;
        }
        let mut init = at_root("terraform", &[&format!("-chdir={}", probe.display()), "init", "-input=false"]);
        self.offer(&mut init);
        works(&mut init)
    }
}

fn cache() -> PathBuf {
    environment::tools().join("terraform")
}

/// Where people and package managers put what is not part of the system.
fn places() -> Vec<PathBuf> {
    let shared = ["/opt", "/usr/lib", "/usr/local/lib", "/usr/local/share", "/usr/share", "/var/lib"];
    let own = environment::home().into_iter().flat_map(|home| [home.join(".terraform.d"), home.join(".local/share")]);
    shared.into_iter().map(PathBuf::from).chain(own).collect()
}

/// The folders right below `place` that hold `<host>/hashicorp/aws`, sorted.
fn folders_of_providers(place: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = folders_in(place)
        .into_iter()
        .filter(|folder| folders_in(folder).iter().any(|host| host.join("hashicorp/aws").is_dir()))
        .collect();
    found.sort();
    found
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_providers_is_known_by_its_layout() {
        let place = std::env::temp_dir().join(format!("nightshift-providers-{}", std::process::id()));
        fs::create_dir_all(place.join("mirror/registry.example.org/hashicorp/aws/5.100.0")).unwrap();
        fs::create_dir_all(place.join("other/registry.example.org/hashicorp/random")).unwrap();
        assert_eq!(folders_of_providers(&place), [place.join("mirror")]);
        assert!(folders_of_providers(&place.join("nowhere")).is_empty());
        fs::remove_dir_all(place).unwrap();
    }

    #[test]
    fn a_folder_is_offered_to_init_and_a_download_is_kept() {
        let mut init = Command::new("terraform");
        Provider::Folder("/a/b".into()).offer(&mut init);
        assert_eq!(crate::command::spelled(&init), "TF_CLI_ARGS_init=-plugin-dir=/a/b terraform");
        let mut init = Command::new("terraform");
        Provider::AsConfigured.offer(&mut init);
        assert!(init.get_envs().any(|(name, _)| name == "TF_PLUGIN_CACHE_DIR"));
    }
}
