//! The way to AWS: credentials, Region and account, asked for before anything else, so that what is wrong with them is said at
//! once and with its next step.

use anyhow::ensure;
use nightshift::services::aws::{Aws, AwsError, NoProfile, Profile, Roots, Way, regions};

use crate::args::Globals;
use crate::desk::Desk;
use crate::output::complain;
use crate::told::Told;

/// A person who waits is told after so many connections that were not to be had.
const TRIES: u32 = 2;

impl Desk {
    /// The way to AWS. No call is made. `nothing` is what was not done if there is none.
    pub(crate) async fn open(&self, nothing: &str) -> anyhow::Result<Aws> {
        if let Some(name) = self.profile() {
            Profile::find(name, &self.environment).map_err(|fault| match fault {
                NoProfile::Absent { ref fix, .. } => {
                    let fix = format!("{fix}; choose with --profile NAME or AWS_PROFILE");
                    Told::error(format!("{fault}; {nothing}"), fix)
                }
                NoProfile::Files(_) => anyhow::anyhow!("{fault}; {nothing}"),
            })?;
        }
        let Globals { profile, region, .. } = self.globals.clone();
        let way = Way { profile, region, tries: Some(TRIES) };
        let aws = Aws::connect_by(&self.environment, Roots::System, way).await?;
        let Some(region) = aws.region() else {
            let profile = self.profile().unwrap_or("default");
            return Err(Told::error(
                format!("no Region is known; {nothing}"),
                format!("--region NAME, or AWS_REGION, or `aws configure set region NAME --profile {profile}`"),
            ));
        };
        doubt([region]);
        Ok(aws)
    }

    /// The same, once AWS has said whose credentials these are: of the account that was meant, if one was.
    pub(crate) async fn connect(&self, wanted: Option<&str>, nothing: &str) -> anyhow::Result<Aws> {
        let aws = self.open(nothing).await?;
        self.account(&aws, wanted, nothing).await?;
        Ok(aws)
    }

    /// The account of these credentials.
    pub(crate) async fn account(&self, aws: &Aws, wanted: Option<&str>, nothing: &str) -> anyhow::Result<String> {
        let account = aws.account().await.map_err(|error| self.explain(&error, nothing))?;
        if let Some(wanted) = wanted {
            ensure!(
                account == wanted,
                "these credentials are of account {account}, not {wanted}; {nothing}; choose another profile"
            );
        }
        Ok(account)
    }

    /// The profile whose credentials count: one that is named, and not outdone by keys in the environment.
    fn profile(&self) -> Option<&str> {
        let keys = self.environment.get("AWS_ACCESS_KEY_ID").is_some();
        let named = self.environment.get("AWS_PROFILE").filter(|_| !keys);
        self.globals.profile.as_deref().or(named)
    }

    /// What AWS, or the way there, said to the first question, with what a person does about it.
    fn explain(&self, error: &AwsError, nothing: &str) -> anyhow::Error {
        let name = self.profile().unwrap_or("default");
        let keys = self.globals.profile.is_none() && self.environment.get("AWS_ACCESS_KEY_ID").is_some();
        let profile = Profile::find(name, &self.environment).ok().filter(|_| !keys);
        let sign_in = profile.as_ref().and_then(Profile::sign_in);
        let is_over = error.code().is_some_and(|code| code.contains("Expired"));
        let fix = match sign_in {
            Some(command) if error.is_about_credentials() || is_over => format!("sign in: {command}"),
            _ if error.is_about_credentials() && self.profile().is_some() => {
                format!("see what the profile {name} says: `aws configure list --profile {name}`; or choose with --profile NAME")
            }
            _ if error.is_about_credentials() => {
                "name a profile (--profile NAME or AWS_PROFILE), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; `aws configure sso` makes a profile"
                    .to_owned()
            }
            _ if error.is_unreachable() => {
                "check the network, the Region, and AWS_ENDPOINT_URL and HTTPS_PROXY if they are set".to_owned()
            }
            _ => error.fix(),
        };
        Told::error(
            format!("could not ask AWS whose credentials these are; {nothing}: {}", nightshift::text::chain(error)),
            fix,
        )
    }
}

/// A word on each Region that this version does not know. It may be newer, so it is tried all the same.
pub(crate) fn doubt<'a>(names: impl IntoIterator<Item = &'a str>) {
    for doubt in names.into_iter().filter_map(regions::doubt) {
        complain(&format!("{doubt}; it is tried all the same"));
    }
}
