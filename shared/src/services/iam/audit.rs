//! What the credential report adds for an auditor: passwords and second factors. Nothing is decided by it: it is up to four
//! hours old, knows no key ids, and only the first two keys.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock;
use crate::services::aws::{Aws, AwsError};

/// The columns taken over, by their names in AWS's report.
pub const COLUMNS: [&str; 5] =
    ["user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "mfa_active"];

/// AWS makes the report within seconds; this is asked for so often, two seconds apart.
const ASKED: usize = 15;

/// The credential report by user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit(BTreeMap<String, Vec<String>>);

impl Audit {
    /// Has it made and reads it.
    pub async fn read(aws: &Aws) -> Result<Self, AwsError> {
        const MAKE: &str = "iam:GenerateCredentialReport";
        const READ: &str = "iam:GetCredentialReport";
        const REPORT: &str = "the credential report";
        let client = aws.iam();
        for _ in 0..ASKED {
            let made = client.generate_credential_report().send().await;
            let made = made.map_err(|error| AwsError::of(MAKE, REPORT, error))?;
            if made.state().is_some_and(|state| state.as_str() == "COMPLETE") {
                break;
            }
            clock::sleep(Duration::from_secs(2)).await;
        }
        let answer = client.get_credential_report().send().await;
        let answer = answer.map_err(|error| AwsError::of(READ, REPORT, error))?;
        let content = answer.content.ok_or_else(|| AwsError::empty(READ, REPORT, "Content"))?;
        Self::parse(content.as_ref()).ok_or_else(|| AwsError::empty(READ, REPORT, "table with a column 'user'"))
    }

    /// What it says of `user`, in the order of [`COLUMNS`]; nothing of one it does not know yet.
    pub fn of(&self, user: &str) -> &[String] {
        self.0.get(user).map(Vec::as_slice).unwrap_or_default()
    }

    /// Columns may come and go; they are found by name.
    fn parse(content: &[u8]) -> Option<Self> {
        let mut reader = csv::Reader::from_reader(content);
        let header = reader.headers().ok()?.clone();
        let place = |name: &str| header.iter().position(|column| column == name);
        let user = place("user")?;
        let places = COLUMNS.map(place);
        let mut rows = BTreeMap::new();
        for record in reader.into_records().flatten() {
            let cell = |place: Option<usize>| place.and_then(|place| record.get(place)).unwrap_or_default().to_owned();
            rows.insert(cell(Some(user)), places.iter().map(|place| cell(*place)).collect());
        }
        Some(Self(rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_and_names_may_hold_a_comma() {
        let report = "user,arn,user_creation_time,mfa_active,password_enabled\n\"ci,build\",a,2024-01-01,false,N/A\n<root_account>,r,2020-01-01,true,not_supported\n";
        let audit = Audit::parse(report.as_bytes()).unwrap();
        assert_eq!(audit.of("ci,build"), ["2024-01-01", "N/A", "", "", "false"]);
        assert_eq!(audit.of("nobody"), [] as [String; 0]);
        assert_eq!(Audit::parse(b"nothing"), None);
    }
}
