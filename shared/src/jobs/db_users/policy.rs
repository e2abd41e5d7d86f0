//! What `db-users` may touch and how it works, from its environment variables.

use crate::config::Settings;
use crate::domains::databases::PasswordPolicy;
use crate::domains::databases::names::alphabet;
use crate::run::Protected;
use crate::services::sql::Reach;
use crate::text::printable;

/// The checked policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// `NIGHTSHIFT_REGIONS`: where an event's server may be. The first is where one that names none is.
    pub regions: Vec<String>,
    /// `NIGHTSHIFT_PROTECTED`: users no event touches.
    pub protected: Protected,
    /// `NIGHTSHIFT_MAX_DELETIONS`: users dropped in one run.
    pub max_deletions: usize,
    /// `NIGHTSHIFT_SECRET_RECOVERY_DAYS`: how long a deleted secret can be had back.
    pub recovery_days: i64,
    /// `NIGHTSHIFT_PASSWORD_LENGTH` and `NIGHTSHIFT_PASSWORD_EXCLUDE`.
    pub passwords: PasswordPolicy,
    /// `NIGHTSHIFT_IAM_USERS`: whether users of IAM may be made where that could lock the master out.
    pub iam_lockout_accepted: bool,
    /// `NIGHTSHIFT_ROTATION_FUNCTION_ARN`: what rotates a secret whose event names no function.
    pub rotation_function: Option<String>,
    /// The way to its servers.
    pub reach: Reach,
    /// `NIGHTSHIFT_CONCURRENCY`: items in progress at once.
    pub concurrency: usize,
}

impl Policy {
    /// Reads it; `home` is the function's own region.
    pub fn read(settings: &mut Settings<'_>, home: Option<&str>) -> Self {
        Self {
            regions: settings.regions_to_work_in("NIGHTSHIFT_REGIONS", home),
            protected: Protected::read(settings, "NIGHTSHIFT_PROTECTED", alphabet, ""),
            max_deletions: settings.number("NIGHTSHIFT_MAX_DELETIONS", 10, 0..=10_000),
            recovery_days: i64::try_from(settings.number("NIGHTSHIFT_SECRET_RECOVERY_DAYS", 30, 7..=30)).unwrap_or(30),
            passwords: PasswordPolicy::read(settings),
            iam_lockout_accepted: settings.choice(
                "NIGHTSHIFT_IAM_USERS",
                false,
                &[("refuse-lockout", false), ("accept-lockout", true)],
            ),
            rotation_function: settings.parsed("NIGHTSHIFT_ROTATION_FUNCTION_ARN", |text| {
                if text.starts_with("arn:") && text.contains(":lambda:") {
                    Ok(text.to_owned())
                } else {
                    Err(format!("'{}' is not the ARN of a Lambda function", printable(text)))
                }
            }),
            reach: Reach::read(settings),
            concurrency: settings.concurrency(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn read(variables: &[(&str, &str)]) -> Result<Policy, String> {
        let environment: Environment = variables.iter().copied().collect();
        let mut settings = Settings::of(&environment);
        let policy = Policy::read(&mut settings, Some("eu-west-1"));
        settings.finish().map(|()| policy).map_err(|faults| faults.to_string())
    }

    #[test]
    fn the_defaults_are_the_careful_choice() {
        let policy = read(&[]).unwrap();
        assert_eq!(policy.regions, ["eu-west-1"]);
        assert_eq!((policy.max_deletions, policy.recovery_days, policy.iam_lockout_accepted), (10, 30, false));
        assert_eq!((policy.reach.lock_timeout.as_secs(), policy.reach.statement_timeout.as_secs()), (10, 60));
        assert!(policy.reach.ca_file.is_none() && policy.reach.address.is_none());
    }

    #[test]
    fn protection_takes_no_account_of_case() {
        let policy = read(&[("NIGHTSHIFT_PROTECTED", "app_*,Billing")]).unwrap();
        assert_eq!(policy.protected.find(["APP_main"]), Some("app_*"));
        assert_eq!(policy.protected.find(["billing"]), Some("Billing"));
        assert_eq!(policy.protected.find(["other"]), None);
    }

    #[test]
    fn a_pattern_that_comes_of_a_list_badly_written_is_a_fault() {
        for value in
            ["'app_*'", "\"app_*\"", "‘app_*’", "app_*;billing", "app_* billing_*", "app|billing", "app%", "a\\_b"]
        {
            let fault = read(&[("NIGHTSHIFT_PROTECTED", value)]).unwrap_err();
            assert!(fault.contains("NIGHTSHIFT_PROTECTED: '"), "{value}: {fault}");
        }
        let policy = read(&[("NIGHTSHIFT_PROTECTED", "o?brien,app$ro,a#b~c,ana@example.com,r\\,w")]).unwrap();
        for user in ["o'brien", "app$ro", "a#b~c", "ana@example.com"] {
            assert!(policy.protected.find([user]).is_some(), "{user}");
        }
    }

    #[test]
    fn every_fault_is_said_at_once() {
        let faults = read(&[
            ("NIGHTSHIFT_PASSWORD_LENGTH", "8"),
            ("NIGHTSHIFT_PASSWORD_EXCLUDE", "0123456789"),
            ("NIGHTSHIFT_DB_ADDRESS", "localhost"),
            ("NIGHTSHIFT_ROTATION_FUNCTION_ARN", "rotate"),
        ]);
        insta::assert_snapshot!(faults.unwrap_err().replace("; ", ";\n"), @r"
        the configuration has 4 faults and nothing was done: NIGHTSHIFT_PASSWORD_LENGTH: '8' is not a whole number from 16 to 99;
        NIGHTSHIFT_PASSWORD_EXCLUDE: it leaves no lower case letter, no upper case letter or no digit;
        leave some of each;
        NIGHTSHIFT_ROTATION_FUNCTION_ARN: 'rotate' is not the ARN of a Lambda function;
        NIGHTSHIFT_DB_ADDRESS: 'localhost' is not an address with a port, such as 127.0.0.1:15432
        ");
    }
}
