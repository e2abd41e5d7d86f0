//! The variables of the job, as they hold in one account: the worker's own, and over them those of the policy that the
//! selection gives the account. Every policy is checked when the worker starts, and not in the night when its first account comes.

use std::collections::BTreeMap;

use crate::config::{ConfigFault, ConfigFaults, Environment};
use crate::nearest::nearest;
use crate::run::driver;
use crate::run::{Job, ModeSetting};
use crate::text::printable;

/// What no policy says: how far a run goes and where it looks is the run's, and the clock is nobody's.
/// Whether a digest lifts caps is asked once for the whole run, too.
const NOT_OF_A_POLICY: [&str; 5] =
    ["NIGHTSHIFT_DIGEST_LIFTS_CAPS", "NIGHTSHIFT_MODE", "NIGHTSHIFT_NOW", "NIGHTSHIFT_REGIONS", REPORT_BUCKET];
const MODE: &str = "NIGHTSHIFT_MODE";
const REPORT_BUCKET: &str = "NIGHTSHIFT_REPORT_BUCKET";

/// See the module.
#[derive(Debug)]
pub(in crate::fleet) struct Policies {
    /// `NIGHTSHIFT_MODE` of the worker.
    pub(super) mode: ModeSetting,
    own: Environment,
    named: BTreeMap<String, Environment>,
}

impl Policies {
    /// How the variable of a named policy begins.
    pub(in crate::fleet) const PREFIX: &'static str = "NIGHTSHIFT_FLEET_POLICY_";

    /// Reads them for the job `J`; `ours` is how the variables begin that are no job's.
    pub(in crate::fleet) fn read<J: Job>(
        environment: &Environment,
        ours: &str,
        home: Option<&str>,
    ) -> Result<Self, ConfigFaults> {
        let own = environment.clone().without(|name| name.starts_with(ours));
        let mut faults = Vec::new();
        let mut check = |variable: Option<&str>, environment: &Environment| {
            let told = driver::told::<J>(environment, home);
            for fault in told.err().iter().flat_map(ConfigFaults::all) {
                let known = faults.iter().any(|known: &ConfigFault| known.problem == fault.problem);
                let fault = match variable {
                    Some(_) if known => continue,
                    Some(variable) => ConfigFault {
                        variable: variable.to_owned(),
                        problem: format!("with it, {} {}", fault.variable, fault.problem),
                    },
                    None => fault.clone(),
                };
                faults.push(fault);
            }
        };
        check(None, &own);
        let known: Vec<_> = driver::variables::<J>();
        let mut named = BTreeMap::new();
        let mut odd = Vec::new();
        for variable in environment.names().filter(|name| name.starts_with(Self::PREFIX)) {
            match over(&own, environment.get(variable).unwrap_or_default(), &known) {
                Ok(environment) => {
                    check(Some(variable), &environment);
                    named.insert(name_of(variable), environment);
                }
                Err(problem) => odd.push(ConfigFault { variable: variable.to_owned(), problem }),
            }
        }
        faults.extend(odd);
        let mode = match own.get(MODE) {
            Some("apply") => ModeSetting::Apply,
            Some(_) => ModeSetting::PlanCeiling,
            None => {
                let problem =
                    "is not set: 'plan' for the worker with the role that reads, 'apply' for the one that acts";
                faults.push(ConfigFault { variable: MODE.to_owned(), problem: problem.to_owned() });
                ModeSetting::Unset
            }
        };
        if own.get(REPORT_BUCKET).is_some() {
            let problem =
                "is set, and the reports of a run through an organisation lie in NIGHTSHIFT_FLEET_BUCKET; unset it";
            faults.push(ConfigFault { variable: REPORT_BUCKET.to_owned(), problem: problem.to_owned() });
        }
        ConfigFaults::check(faults)?;
        Ok(Self { mode, own, named })
    }

    /// The variables that hold under the policy of that name; the worker's own under none.
    pub(super) fn of(&self, policy: Option<&str>) -> Option<Environment> {
        match policy {
            None => Some(self.own.clone()),
            Some(name) => self.named.get(name).cloned(),
        }
    }
}

/// `NIGHTSHIFT_FLEET_POLICY_LONG_LIVED` is `long-lived`.
fn name_of(variable: &str) -> String {
    variable[Policies::PREFIX.len()..].to_ascii_lowercase().replace('_', "-")
}

/// `own` with what `policy` says over it.
fn over(own: &Environment, policy: &str, known: &[&'static str]) -> Result<Environment, String> {
    let variables: BTreeMap<String, String> =
        serde_json::from_str(policy).map_err(|error| format!("is no JSON object of variables and texts ({error})"))?;
    let mut environment = own.clone();
    for (name, value) in &variables {
        if NOT_OF_A_POLICY.contains(&name.as_str()) {
            return Err(format!("sets {name}, which is no policy's: it holds for the whole run"));
        }
        if !known.contains(&name.as_str()) {
            let meant = nearest(name, known.iter().copied());
            let meant = meant.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            return Err(format!("sets {}, which the job does not know{meant}", printable(name)));
        }
        environment = environment.with(name, value);
    }
    Ok(environment)
}

#[cfg(test)]
mod tests;
