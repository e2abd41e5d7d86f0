# What holds without saying anything, and what may not get lost: safe defaults, one source for names and variables, and
# a paragraph of the runbook behind every alarm.

provider "aws" {
  access_key                  = "none"
  region                      = "eu-west-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

provider "aws" {
  alias                       = "global"
  access_key                  = "none"
  region                      = "us-east-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account = {
    dns_suffix = "amazonaws.com"
    id         = "111122223333"
    partition  = "aws"
    region     = "eu-west-1"
  }

  environment = "dev"
  package     = { path = "../../fixtures/x86_64/key-rotation/bootstrap.zip" }
}

run "without_a_word_it_plans_on_the_first_of_the_month_and_watches_nightly" {
  command = plan

  assert {
    condition = local.variables == {
      NIGHTSHIFT_MODE           = "plan"
      NIGHTSHIFT_RUN_EVERY_DAYS = "31"
      NIGHTSHIFT_SECRET_PREFIX  = "/aws/iam/credentials/"
    }
    error_message = "The variables are ${jsonencode(local.variables)}."
  }

  assert {
    condition     = "${var.schedule.rotate} ${var.schedule.tend}" == "cron(0 8 1 * ? *) cron(30 2 * * ? *)"
    error_message = "It is called at ${var.schedule.rotate} and ${var.schedule.tend}."
  }

  assert {
    condition     = module.function.name == "nightshift-dev-key-rotation"
    error_message = "The function is called ${module.function.name}."
  }

  assert {
    condition     = module.function.log_group_name == "/aws/lambda/nightshift-dev-key-rotation"
    error_message = "Lambda would write to a log group without retention."
  }
}

run "between_them_the_schedules_do_every_phase_once" {
  command = plan

  assert {
    condition     = join(" ", sort(flatten(values(local.phases)))) == "repair retire rotate warn"
    error_message = jsonencode(local.phases)
  }
}

run "every_variable_of_the_layer_reaches_the_function" {
  command = plan

  variables {
    mode = "apply"

    notices = {
      language          = "es"
      mail_from         = "nightshift@example.com"
      operators_mail    = ["ops@example.com", "night@example.com"]
      owner_mail_domain = "example.com"
      owner_mail_tag    = "mail"
      slack_secret_id   = "hook"
      sns_topic_arn     = "arn:aws:sns:eu-west-1:111122223333:notices"
    }

    policy = {
      concurrency              = 2
      digest_lifts_caps        = true
      exclude                  = ["path:/admin/*", "doe,john"]
      hold_limit_days          = 50
      idle_days                = 60
      inactive_keys            = "delete"
      include                  = ["tag:team=data*"]
      max_age_days             = 90
      max_deactivation_percent = 20
      max_deactivations        = 3
      max_overlap_days         = 20
      max_rotation_percent     = 30
      max_rotations            = 4
      orphans                  = "switch-off"
      overlap_days             = 5
      owner_tag                = "team"
      quiet_days               = 3
      recovery_days            = 9
      rotate_after_days        = 60
      secret_kms_key_arn       = "arn:aws:kms:eu-west-1:111122223333:key/ours"
      secret_prefix            = "robots/"
      secret_readers           = ["arn:aws:iam::111122223333:role/break-glass"]
      secret_region            = "eu-central-1"
      secret_replica_regions   = ["eu-north-1"]
      secret_shape             = "legacy"
      smtp_regions             = ["eu-west-1"]
      switch_off_signs         = ["AWS_RISK_CREDENTIALS_EXPOSED"]
      tell_signs               = ["AWS_RISK_IAM_QUARANTINE", "UnauthorizedAccess:IAMUser/*"]
      time_zone                = "Europe/Madrid"
      unused_keys              = "deactivate"
      warn_days                = 4
    }

    report_bucket = { name = "reports" }
    schedule      = { rotate = "cron(0 8 ? * MON *)" }
  }

  assert {
    condition = local.variables == {
      NIGHTSHIFT_CONCURRENCY              = "2"
      NIGHTSHIFT_DIGEST_LIFTS_CAPS        = "true"
      NIGHTSHIFT_EXCLUDE                  = "path:/admin/*,doe\\,john"
      NIGHTSHIFT_HOLD_LIMIT_DAYS          = "50"
      NIGHTSHIFT_IDLE_DAYS                = "60"
      NIGHTSHIFT_INACTIVE_KEYS            = "delete"
      NIGHTSHIFT_INCLUDE                  = "tag:team=data*"
      NIGHTSHIFT_LANGUAGE                 = "es"
      NIGHTSHIFT_MAIL_FROM                = "nightshift@example.com"
      NIGHTSHIFT_MAX_AGE_DAYS             = "90"
      NIGHTSHIFT_MAX_DEACTIVATIONS        = "3"
      NIGHTSHIFT_MAX_DEACTIVATION_PERCENT = "20"
      NIGHTSHIFT_MAX_OVERLAP_DAYS         = "20"
      NIGHTSHIFT_MAX_ROTATIONS            = "4"
      NIGHTSHIFT_MAX_ROTATION_PERCENT     = "30"
      NIGHTSHIFT_MODE                     = "apply"
      NIGHTSHIFT_OPERATORS_MAIL           = "ops@example.com,night@example.com"
      NIGHTSHIFT_ORPHANS                  = "switch-off"
      NIGHTSHIFT_OVERLAP_DAYS             = "5"
      NIGHTSHIFT_OWNER_MAIL_DOMAIN        = "example.com"
      NIGHTSHIFT_OWNER_MAIL_TAG           = "mail"
      NIGHTSHIFT_OWNER_TAG                = "team"
      NIGHTSHIFT_QUIET_DAYS               = "3"
      NIGHTSHIFT_RECOVERY_DAYS            = "9"
      NIGHTSHIFT_REPORT_BUCKET            = "reports"
      NIGHTSHIFT_ROTATE_AFTER_DAYS        = "60"
      NIGHTSHIFT_RUN_EVERY_DAYS           = "7"
      NIGHTSHIFT_SECRET_KMS_KEY           = "arn:aws:kms:eu-west-1:111122223333:key/ours"
      NIGHTSHIFT_SECRET_PREFIX            = "robots/"
      NIGHTSHIFT_SECRET_READERS           = "arn:aws:iam::111122223333:role/break-glass"
      NIGHTSHIFT_SECRET_REGION            = "eu-central-1"
      NIGHTSHIFT_SECRET_REPLICA_REGIONS   = "eu-north-1"
      NIGHTSHIFT_SECRET_SHAPE             = "legacy"
      NIGHTSHIFT_SLACK_SECRET_ID          = "hook"
      NIGHTSHIFT_SMTP_REGIONS             = "eu-west-1"
      NIGHTSHIFT_SNS_TOPIC_ARN            = "arn:aws:sns:eu-west-1:111122223333:notices"
      NIGHTSHIFT_SWITCH_OFF_SIGNS         = "AWS_RISK_CREDENTIALS_EXPOSED"
      NIGHTSHIFT_TELL_SIGNS               = "AWS_RISK_IAM_QUARANTINE,UnauthorizedAccess:IAMUser/*"
      NIGHTSHIFT_TIME_ZONE                = "Europe/Madrid"
      NIGHTSHIFT_UNUSED_KEYS              = "deactivate"
      NIGHTSHIFT_WARN_DAYS                = "4"
    }
    error_message = "The variables are ${jsonencode(local.variables)}."
  }
}

run "leaks_are_handed_over_from_the_region_aws_speaks_of_them_in" {
  command = plan

  assert {
    condition     = keys(module.rule) == ["config", "guardduty", "health"] && keys(module.forward) == ["guardduty", "health"] && length(module.forward_alarm) == 3
    error_message = "Rules: ${jsonencode(keys(module.rule))}, handed over: ${jsonencode(keys(module.forward))}."
  }

  assert {
    condition     = slice(jsondecode(local.patterns.health).detail.eventTypeCode, 0, 2) == ["AWS_RISK_CREDENTIALS_EXPOSED", "AWS_RISK_CREDENTIALS_COMPROMISED"]
    error_message = jsonencode(local.patterns.health)
  }

  assert {
    condition     = jsondecode(local.patterns.config).detail.configRuleName == [{ wildcard = "*access-keys-rotated*" }]
    error_message = jsonencode(local.patterns.config)
  }
}

run "suspicions_of_health_and_guardduty_are_handed_over" {
  command = plan

  assert {
    condition = (
      contains(jsondecode(local.patterns.guardduty).detail.type, { prefix = "UnauthorizedAccess:IAMUser/" }) &&
      contains(jsondecode(local.patterns.health).detail.eventTypeCode, "AWS_RISK_IAM_QUARANTINE")
    )
    error_message = local.patterns.guardduty
  }
}

run "what_the_policy_says_of_signs_is_what_is_handed_over" {
  command = plan

  variables {
    events = { suspicions = false }
    policy = { switch_off_signs = ["AWS_RISK_CREDENTIALS_EXPOSED", "Impact:IAMUser/*"] }
  }

  assert {
    condition = (
      jsondecode(local.patterns.health).detail.eventTypeCode == ["AWS_RISK_CREDENTIALS_EXPOSED"] &&
      jsondecode(local.patterns.guardduty).detail.type == [{ prefix = "Impact:IAMUser/" }]
    )
    error_message = "${local.patterns.health} ${local.patterns.guardduty}"
  }
}

# Left out, the function would take its own list and switch keys off.
run "no_sign_at_all_is_a_list_and_not_the_default" {
  command = plan

  variables {
    policy = { switch_off_signs = [], tell_signs = [] }
  }

  assert {
    condition = (
      try(local.variables.NIGHTSHIFT_SWITCH_OFF_SIGNS, null) == "" &&
      try(local.variables.NIGHTSHIFT_TELL_SIGNS, null) == ""
    )
    error_message = jsonencode(local.variables)
  }

  # EventBridge takes no empty list.
  assert {
    condition     = keys(module.rule) == ["config"] && length(module.forward) == 0
    error_message = "There is a rule that hands over nothing: ${join(" ", keys(module.rule))}."
  }
}

run "signs_of_guardduty_alone_leave_no_empty_rule_of_health" {
  command = plan

  variables {
    events = { old_keys = false }
    policy = { switch_off_signs = [], tell_signs = ["Impact:IAMUser/*"] }
  }

  assert {
    condition     = keys(module.rule) == ["guardduty"] && keys(module.forward) == ["guardduty"]
    error_message = join(" ", keys(module.rule))
  }
}

run "what_is_switched_off_leaves_no_rule" {
  command = plan

  variables {
    events = { leaked_keys = false, old_keys = false }
  }

  assert {
    condition     = length(module.rule) == 0 && length(module.forward) == 0
    error_message = "There is a rule for what is switched off."
  }
}

run "every_alarm_leads_to_a_paragraph_of_the_runbook" {
  command = plan

  variables {
    report_bucket = { name = "reports" }
  }

  assert {
    condition = length(setsubtract(
      values(module.alarms.runbooks),
      [
        for line in split("\n", file("../../../docs/runbook.md")) :
        replace(lower(trimprefix(line, "## ")), " ", "-") if startswith(line, "## ")
      ]
    )) == 0
    error_message = "An alarm leads to a paragraph that docs/runbook.md does not have."
  }

  assert {
    condition     = length(module.alarms.arns) == 24
    error_message = "There are ${length(module.alarms.arns)} alarms."
  }
}

run "a_key_is_old_when_it_is_over_what_the_schedule_allows_or_the_promise" {
  command = plan

  assert {
    condition     = local.oldest == 90 + 31 + 7 + 31
    error_message = "It is old over ${local.oldest} days."
  }
}

run "a_promise_is_what_the_alarm_holds_it_to" {
  command = plan

  variables {
    policy = { max_age_days = 90 }
  }

  assert {
    condition     = local.oldest == 90
    error_message = "It is old over ${local.oldest} days."
  }
}
