# What AWS says when it thinks that a key is in wrong hands, and what the function does about it: the list of
# shared/src/domains/keys/signs.rs, once more, because a rule has to name what it hands over. A star at the end stands for any end.

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

  # What the policy says stands instead of the list, here as in the function.
  switched_off = var.policy.switch_off_signs == null ? flatten(values(local.signs)[*].switch_off) : var.policy.switch_off_signs
  told         = var.policy.tell_signs == null ? flatten(values(local.signs)[*].tell) : var.policy.tell_signs

  # As a pattern of EventBridge has them. A finding of GuardDuty has a colon in its type, a code of Health none.
  codes = {
    for source in keys(local.signs) : source => [
      for code in distinct(concat(local.switched_off, var.events.suspicions ? local.told : [])) :
      endswith(code, "*") ? jsonencode({ prefix = trimsuffix(code, "*") }) : jsonencode(code)
      if strcontains(code, ":") == (source == "aws.guardduty")
    ]
  }
}
