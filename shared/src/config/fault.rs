//! What is wrong with a configuration, said whole.

use std::fmt;

/// One variable that cannot be taken as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// Its name.
    pub variable: String,
    /// What was found and what is allowed.
    pub problem: String,
}

/// All of them. The process lives on and answers every invocation with this text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigFaults(Vec<ConfigFault>);

impl ConfigFaults {
    /// A single fault.
    pub fn one(variable: impl Into<String>, problem: impl Into<String>) -> Self {
        Self(vec![ConfigFault { variable: variable.into(), problem: problem.into() }])
    }

    /// Each of them.
    pub fn all(&self) -> &[ConfigFault] {
        &self.0
    }

    /// `Err` if there is any fault.
    pub fn check(faults: Vec<ConfigFault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self(faults)) }
    }
}

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = crate::text::count(self.0.len(), "fault");
        write!(f, "the configuration has {faults} and nothing was done:")?;
        for (index, ConfigFault { variable, problem }) in self.0.iter().enumerate() {
            write!(f, "{} {variable}: {problem}", if index == 0 { "" } else { ";" })?;
        }
        Ok(())
    }
}
