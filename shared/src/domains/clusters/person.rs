//! Which owner a principal of AWS is. The last part of an ARN is a person's name only where nobody can choose it freely: an
//! IAM user's own, and the session of a role that IAM Identity Center made. The session of any other role is called what its
//! caller likes.

use crate::config::{Glob, Settings};
use crate::text::printable;

/// The path of each role that IAM Identity Center makes, and of no other: nobody else can make one there.
pub const SSO_PATH: &str = "/aws-reserved/sso.amazonaws.com/";

/// `NIGHTSHIFT_OWNER_OF`: whose name others act in, as the policy has it.
#[derive(Debug, Clone, Default)]
pub struct Owners(Vec<(Glob, Stands)>);

/// For whom somebody stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stands {
    /// This owner.
    For(String),
    /// Whomever they name: an operator.
    ForAnybody,
}

/// In the place of an owner: whoever works for all of them.
const ANYBODY: &str = "*";

impl Owners {
    /// Reads it.
    pub fn read(settings: &mut Settings<'_>) -> Self {
        const NAME: &str = "NIGHTSHIFT_OWNER_OF";
        let mut owners = Vec::new();
        for entry in settings.list(NAME).unwrap_or_default() {
            match entry.rsplit_once('=').map(|(arn, owner)| (arn.trim(), owner.trim())) {
                Some((arn, owner)) if arn.starts_with("arn:") && !owner.is_empty() => match Glob::read(arn) {
                    Ok(glob) => {
                        let stands = if owner == ANYBODY { Stands::ForAnybody } else { Stands::For(owner.to_owned()) };
                        owners.push((glob, stands));
                    }
                    Err(problem) => settings.fault(NAME, problem),
                },
                _ => settings.fault(
                    NAME,
                    format!(
                        "'{}' is not ARN=OWNER, such as arn:aws:sts::111122223333:assumed-role/ci/*=platform",
                        printable(&entry)
                    ),
                ),
            }
        }
        Self(owners)
    }

    /// The one owner that `arn` stands for, where the policy says so.
    pub fn of(&self, arn: &str) -> Option<&str> {
        match self.stands(arn)? {
            Stands::For(owner) => Some(owner),
            Stands::ForAnybody => None,
        }
    }

    /// Whether the policy lets `arn` work for every owner.
    pub fn is_anybodys(&self, arn: &str) -> bool {
        self.stands(arn) == Some(&Stands::ForAnybody)
    }

    /// By the first pattern that fits.
    fn stands(&self, arn: &str) -> Option<&Stands> {
        self.0.iter().find(|(glob, _)| glob.is_match(arn)).map(|(_, stands)| stands)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;
    use crate::services::aws::Principal;

    #[test]
    fn a_name_that_its_bearer_chose_is_nobodys() {
        for (arn, is_sso, person) in [
            ("arn:aws:iam::111122223333:user/ana", false, Some("ana")),
            ("arn:aws:iam::111122223333:user/teams/data/ana", false, Some("ana")),
            ("arn:aws:sts::111122223333:assumed-role/dev/ana", false, None),
            (
                "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123/ana@example.com",
                true,
                Some("ana@example.com"),
            ),
            ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123/ana@example.com", false, None),
            ("arn:aws:iam::111122223333:root", false, None),
            ("arn:aws:sts::111122223333:federated-user/ana", false, None),
            ("arn:aws:iam::111122223333:user/", false, None),
            ("ana", true, None),
            ("", true, None),
        ] {
            assert_eq!(Principal::of(arn).person(is_sso), person, "{arn}");
        }
    }

    #[test]
    fn only_a_role_that_is_named_like_one_is_looked_at() {
        let role = |arn: &'static str| Principal::of(arn).doubtful_role();
        assert_eq!(role("arn:aws:sts::1:assumed-role/AWSReservedSSO_Dev_0123/ana"), Some("AWSReservedSSO_Dev_0123"));
        assert_eq!(role("arn:aws:sts::1:assumed-role/dev/ana"), None);
        assert_eq!(role("arn:aws:iam::1:user/AWSReservedSSO_x"), None);
    }

    #[test]
    fn the_policy_says_whose_name_a_pipeline_acts_in() {
        let read = |text: &str| {
            let environment: Environment = [("NIGHTSHIFT_OWNER_OF", text)].into_iter().collect();
            let mut settings = Settings::of(&environment);
            let owners = Owners::read(&mut settings);
            settings.finish().map(|()| owners).map_err(|faults| faults.to_string())
        };
        let owners = read("arn:aws:sts::*:assumed-role/ci/*=platform, arn:aws:iam::*:user/deploy=data").unwrap();
        assert_eq!(owners.of("arn:aws:sts::111122223333:assumed-role/ci/build-7"), Some("platform"));
        assert_eq!(owners.of("arn:aws:iam::111122223333:user/deploy"), Some("data"));
        assert_eq!(owners.of("arn:aws:iam::111122223333:user/deployer"), None);
        let owners = read("arn:aws:sts::*:assumed-role/ci/*=platform, arn:aws:sts::*:assumed-role/*=*").unwrap();
        for (role, of, is_anybodys) in [("ci", Some("platform"), false), ("operators", None, true)] {
            let arn = format!("arn:aws:sts::111122223333:assumed-role/{role}/x");
            assert_eq!((owners.of(&arn), owners.is_anybodys(&arn)), (of, is_anybodys), "{role}");
        }
        assert!(!owners.is_anybodys("arn:aws:iam::111122223333:user/ana"));
        for bad in ["ci=platform", "arn:aws:iam::1:user/x", "arn:aws:iam::1:user/x="] {
            assert!(read(bad).unwrap_err().contains("is not ARN=OWNER"), "{bad}");
        }
    }
}
