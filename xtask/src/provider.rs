//! Where Terraform gets its AWS provider from: where an ordinary `terraform init` gets it, or, on a machine without a
//! network, from a folder of providers that was put there in Terraform's own layout. Which of them works is tried.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::command::{at_root, works};
use crate::environment;

/// What to do where neither is to be had.
pub(crate) const MISSING: &str = "no AWS provider: connect to the network, or name a folder of providers with \
                                  TF_CLI_ARGS_init=-plugin-dir=FOLDER";

/// A folder of providers for `-plugin-dir`, from which any number of `terraform init` read at once. The cache that Terraform
/// keeps by itself is not made for two of them: <https://developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache>.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Provider {
    folder: PathBuf,
}

impl Provider {
    /// The first that works; tried once in the life of this process.
    pub(crate) fn find() -> Option<Self> {
        static FOUND: OnceLock<Option<Provider>> = OnceLock::new();
        FOUND.get_or_init(Self::tried).clone()
    }

    fn tried() -> Option<Self> {
        // As the caller's Terraform is configured: one download, kept for all modules.
        let kept = initialised(|init| init.env("TF_PLUGIN_CACHE_DIR", cache())).then(cache);
        let others = places().into_iter().flat_map(|place| folders_of_providers(&place));
        kept.into_iter().chain(others).map(|folder| Self { folder }).find(Self::works)
    }

    /// Lets every `terraform init` that `command` is, or starts, find it.
    pub(crate) fn offer<'command>(&self, command: &'command mut Command) -> &'command mut Command {
        command.env("TF_CLI_ARGS_init", format!("-plugin-dir={}", self.folder.display()))
    }

    fn works(&self) -> bool {
        initialised(|init| self.offer(init))
    }
}

/// Whether a module that asks for what all modules ask for can be initialised by such an `init`.
fn initialised(offered: impl FnOnce(&mut Command) -> &mut Command) -> bool {
    let probe = environment::target().join("provider");
    let asked = environment::root().join("terraform/aws/account/versions.tf");
    let _ = fs::remove_dir_all(&probe);
    if fs::create_dir_all(&probe).and_then(|()| fs::copy(asked, probe.join("versions.tf"))).is_err() {
        return false;
    }
    let mut init = at_root("terraform", &[&format!("-chdir={}", probe.display()), "init", "-input=false"]);
    works(offered(&mut init))
}

/// In Terraform's layout of a folder of providers.
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
    fn a_folder_is_offered_to_every_init() {
        let mut init = Command::new("terraform");
        Provider { folder: "/a/b".into() }.offer(&mut init);
        assert_eq!(crate::command::spelled(&init), "TF_CLI_ARGS_init=-plugin-dir=/a/b terraform");
    }
}
