//! The profiles of a person's AWS configuration: which there are, and how one signs in with each.

use std::io;
use std::path::{Path, PathBuf};

use aws_config::SdkConfig;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_sdk_sts::config::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::config::Environment;
use crate::nearest::nearest;
use crate::text::printable;

/// One profile, as the files have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Whether it signs in by IAM Identity Center.
    pub is_sso: bool,
}

/// A profile that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoProfile {
    /// There is none of that name.
    #[error("the config profile ({name}) could not be found")]
    Absent {
        /// The name, printable.
        name: String,
        /// The next step: the profiles there are.
        fix: String,
    },
    /// The files cannot be read.
    #[error("the AWS configuration cannot be read: {0}")]
    Files(String),
}

impl Profile {
    /// The profile of this name, in the files the AWS command line reads.
    pub fn find(name: &str, environment: &Environment) -> Result<Self, NoProfile> {
        let home = environment.get("HOME").unwrap_or_default();
        let path = |variable: &str, file: &str| match environment.get(variable) {
            Some(path) => PathBuf::from(path.replacen('~', home, usize::from(path.starts_with('~')))),
            None => PathBuf::from(home).join(".aws").join(file),
        };
        let config = text_of(&path("AWS_CONFIG_FILE", "config"))?;
        let credentials = text_of(&path("AWS_SHARED_CREDENTIALS_FILE", "credentials"))?;
        let (mut all, keys) = (profiles(&config, true), profiles(&credentials, false));
        for Self { name, is_sso } in keys {
            if !all.iter().any(|known| known.name == name) {
                all.push(Self { name, is_sso });
            }
        }
        all.iter().find(|profile| profile.name == name).cloned().ok_or_else(|| {
            let mut known: Vec<_> = all.iter().map(|profile| profile.name.as_str()).collect();
            known.sort_unstable();
            NoProfile::Absent { name: printable(name), fix: choose(name, &known) }
        })
    }

    /// How one signs in with it, where it signs in.
    pub fn sign_in(&self) -> Option<String> {
        self.is_sso.then(|| match self.name.as_str() {
            "default" => "aws sso login".to_owned(),
            name => format!("aws sso login --profile {name}"),
        })
    }
}

/// A file that is not there has no profiles, as for the SDK.
fn text_of(path: &Path) -> Result<String, NoProfile> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(NoProfile::Files(format!("{}: {error}", path.display()))),
    }
}

/// The profiles of one file. In the configuration all but the default one say that they are profiles; in the file of keys
/// nothing else is.
fn profiles(text: &str, is_config: bool) -> Vec<Profile> {
    let mut profiles: Vec<Profile> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(section) = line.trim_start().strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let mut words = section.split_whitespace();
            let name = match (is_config, words.next(), words.next()) {
                (true, Some("profile"), Some(name)) | (_, Some(name @ "default"), None) | (false, Some(name), None) => {
                    Some(name.trim_matches(['"', '\'']))
                }
                _ => None,
            };
            inside = name.is_some();
            profiles.extend(name.map(|name| Profile { name: name.to_owned(), is_sso: false }));
        } else if let (true, Some((key, _)), Some(last)) = (inside, line.split_once('='), profiles.last_mut()) {
            last.is_sso |= ["sso_session", "sso_start_url"].contains(&key.trim());
        }
    }
    profiles
}

/// What a person may have meant.
fn choose(name: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return "there is no profile at all: `aws configure sso`, or `aws configure`, makes one".to_owned();
    }
    let meant = nearest(name, known.iter().copied());
    let meant = meant.map_or_else(String::new, |near| format!("did you mean {near}? "));
    let known: Vec<_> = known.iter().map(|name| printable(name)).collect();
    format!("{meant}there are: {}", known.join(", "))
}

/// `config` with the credentials of `profile` alone: who names a profile means it, whatever keys the environment has.
pub(super) fn only(config: SdkConfig, client: SharedHttpClient, profile: String) -> SdkConfig {
    let by = ProviderConfig::without_region().with_http_client(client).with_region(config.region().cloned());
    let provider = ProfileFileCredentialsProvider::builder().configure(&by).profile_name(profile).build();
    config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_read_as_the_aws_command_line_reads_them() {
        let config = "[default]\nregion = eu-west-1\n[sso-session corp]\nsso_start_url = x\n[profile dev]\nsso_session = corp\n\
                      [ profile \"two\" ]\n[services s]\n[stray]\n";
        let of = |text, is_config| -> Vec<_> {
            profiles(text, is_config).into_iter().map(|profile| (profile.name, profile.is_sso)).collect()
        };
        let named = |name: &str, is_sso| (name.to_owned(), is_sso);
        assert_eq!(of(config, true), [named("default", false), named("dev", true), named("two", false)]);
        assert_eq!(of("[ci]\naws_access_key_id=x\n", false), [named("ci", false)]);
    }

    #[test]
    fn a_misspelt_profile_is_told_from_the_ones_there_are() {
        assert_eq!(
            choose("prodution", &["default", "production"]),
            "did you mean production? there are: default, production"
        );
        assert_eq!(choose("zzz", &["default"]), "there are: default");
        assert!(choose("dev", &[]).starts_with("there is no profile at all"));
    }
}
