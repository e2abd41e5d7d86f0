//! The signs AWS gives that a key may be in wrong hands, and what is done about each unless the policy says otherwise: the one
//! list there is. The rules that hand such events over (`terraform/layer/key-rotation`) have the same, and a test compares.

/// What is done about a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    /// The key is switched off.
    SwitchOff,
    /// The operators are told, and its owner. A false alarm must not switch off what production runs on.
    Tell,
}

/// One sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// The `source` of its event.
    pub source: &'static str,
    /// The `eventTypeCode` of AWS Health or the `type` of a `GuardDuty` finding; `*` at its end stands for any end.
    pub code: &'static str,
    /// What is done unless the policy says otherwise.
    pub response: Response,
}

const HEALTH: &str = "aws.health";
const GUARD_DUTY: &str = "aws.guardduty";

/// AWS Health's codes about credentials, and the findings of `GuardDuty` whose resource is an access key (its User Guide, "IAM
/// finding types" and "Attack sequence finding types").
pub const SIGNS: &[Sign] = &[
    Sign { source: HEALTH, code: "AWS_RISK_CREDENTIALS_EXPOSED", response: Response::SwitchOff },
    Sign { source: HEALTH, code: "AWS_RISK_CREDENTIALS_COMPROMISED", response: Response::SwitchOff },
    Sign { source: HEALTH, code: "AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED", response: Response::Tell },
    Sign { source: HEALTH, code: "AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED", response: Response::Tell },
    Sign { source: HEALTH, code: "AWS_RISK_IAM_QUARANTINE", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "CredentialAccess:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "DefenseEvasion:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "Discovery:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "Exfiltration:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "Impact:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "InitialAccess:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "PenTest:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "Persistence:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "Policy:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "PrivilegeEscalation:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "Recon:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "Stealth:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "UnauthorizedAccess:IAMUser/*", response: Response::Tell },
    Sign { source: GUARD_DUTY, code: "AttackSequence:IAM/CompromisedCredentials", response: Response::Tell },
];

/// The name of the managed policy AWS puts a user under quarantine with begins so, whatever its version.
pub const QUARANTINE: &str = "AWSCompromisedKeyQuarantine";

/// The codes of `source` that are answered so.
pub fn codes(source: &str, response: Response) -> Vec<&'static str> {
    SIGNS.iter().filter(|sign| sign.source == source && sign.response == response).map(|sign| sign.code).collect()
}

/// Whether `pattern`, a code or the beginning of one with `*` behind it, is about `code`.
pub fn is_about(pattern: &str, code: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => code.starts_with(start),
        None => pattern == code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_aws_is_sure_of_switches_a_key_off() {
        assert_eq!(
            codes("aws.health", Response::SwitchOff),
            ["AWS_RISK_CREDENTIALS_EXPOSED", "AWS_RISK_CREDENTIALS_COMPROMISED"]
        );
        assert_eq!(codes("aws.guardduty", Response::SwitchOff), [] as [&str; 0]);
    }

    #[test]
    fn a_code_is_meant_whole_and_a_star_stands_for_an_end() {
        for (pattern, code, expected) in [
            ("AWS_RISK_CREDENTIALS_EXPOSED", "AWS_RISK_CREDENTIALS_EXPOSED", true),
            ("AWS_RISK_CREDENTIALS_EXPOS", "AWS_RISK_CREDENTIALS_EXPOSED", false),
            ("UnauthorizedAccess:IAMUser/*", "UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom", true),
            ("UnauthorizedAccess:IAMUser/*", "UnauthorizedAccess:EC2/TorRelay", false),
        ] {
            assert_eq!(is_about(pattern, code), expected, "{pattern} {code}");
        }
    }
}
