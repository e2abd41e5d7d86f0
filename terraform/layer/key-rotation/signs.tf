# What AWS says when it thinks that a key is in wrong hands, and what the function does about it: the list of
# shared/src/jobs/key_rotation, once more, because a rule has to name what it hands over. A star at the end stands for any end.

locals {
  signs = {
    "aws.health" = {
      switch_off = ["AWS_RISK_CREDENTIALS_EXPOSED", "AWS_RISK_CREDENTIALS_COMPROMISED"]
      tell = [
        "AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED",
        "AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED",
        "AWS_RISK_IAM_QUARANTINE",
      ]
    }

    "aws.guardduty" = {
      switch_off = []
      tell = [
        "CredentialAccess:IAMUser/*",
        "DefenseEvasion:IAMUser/*",
        "Discovery:IAMUser/*",
        "Exfiltration:IAMUser/*",
        "Impact:IAMUser/*",
        "InitialAccess:IAMUser/*",
        "PenTest:IAMUser/*",
        "Persistence:IAMUser/*",
        "Policy:IAMUser/*",
        "PrivilegeEscalation:IAMUser/*",
        "Recon:IAMUser/*",
        "Stealth:IAMUser/*",
        "UnauthorizedAccess:IAMUser/*",
        "AttackSequence:IAM/CompromisedCredentials",
      ]
    }
  }

  # As a pattern of EventBridge has them.
  codes = {
    for source, signs in local.signs : source => [
      for code in concat(signs.switch_off, var.events.suspicions ? signs.tell : []) :
      endswith(code, "*") ? jsonencode({ prefix = trimsuffix(code, "*") }) : jsonencode(code)
    ]
  }
}
