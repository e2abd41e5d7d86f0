# What holds without saying anything, and what reaches the parts.

provider "aws" {
  access_key                  = "none"
  region                      = "eu-west-1"
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

  environment     = "prod"
  external_id     = "a-long-number-7d41"
  job             = "cluster-cleanup"
  organization_id = "o-a1b2c3d4e5"
  package         = { path = "../../fixtures/x86_64/fleet-run/bootstrap.zip" }
  regions         = ["us-east-1", "eu-west-1"]
  selected        = { units = ["Root"] }
}

run "without_a_word_nobody_could_change_anything" {
  command = plan

  assert {
    condition     = keys(module.function) == ["judge", "list", "plan", "report"]
    error_message = "There are ${jsonencode(keys(module.function))}."
  }

  assert {
    condition     = keys(output.member_roles) == ["read"]
    error_message = jsonencode(output.member_roles)
  }

  # No part becomes a role that changes, nor writes where such a worker would.
  assert {
    condition = alltrue([
      for document in data.aws_iam_policy_document.part : !can(regex("-apply|canary/|rest/", document.json))
    ])
    error_message = jsonencode([for document in data.aws_iam_policy_document.part : document.json])
  }

  assert {
    condition     = !strcontains(module.access.machine, "fleet-apply")
    error_message = module.access.machine
  }

  assert {
    condition = local.variables == {
      judge = {
        NIGHTSHIFT_FLEET_BUCKET          = "nightshift-prod-cluster-cleanup-fleet-111122223333"
        NIGHTSHIFT_FLEET_CANARY_FAILURES = "0"
        NIGHTSHIFT_FLEET_JOB             = "cluster-cleanup"
        NIGHTSHIFT_FLEET_PART            = "judge"
        NIGHTSHIFT_MODE                  = "plan"
      }
      list = {
        NIGHTSHIFT_FLEET_BUCKET        = "nightshift-prod-cluster-cleanup-fleet-111122223333"
        NIGHTSHIFT_FLEET_JOB           = "cluster-cleanup"
        NIGHTSHIFT_FLEET_MANAGEMENT    = "exclude"
        NIGHTSHIFT_FLEET_PART          = "list"
        NIGHTSHIFT_FLEET_REGIONS       = "eu-west-1,us-east-1"
        NIGHTSHIFT_FLEET_STATE_MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:nightshift-prod-cluster-cleanup-fleet"
        NIGHTSHIFT_FLEET_UNITS         = "Root"
        NIGHTSHIFT_MODE                = "plan"
      }
      plan = {
        NIGHTSHIFT_DELETION_PROTECTION = "respect"
        NIGHTSHIFT_FLEET_BUCKET        = "nightshift-prod-cluster-cleanup-fleet-111122223333"
        NIGHTSHIFT_FLEET_EXTERNAL_ID   = "a-long-number-7d41"
        NIGHTSHIFT_FLEET_JOB           = "cluster-cleanup"
        NIGHTSHIFT_FLEET_PART          = "work"
        NIGHTSHIFT_FLEET_ROLE          = "nightshift/nightshift-prod-cluster-cleanup-read"
        NIGHTSHIFT_MODE                = "plan"
        NIGHTSHIFT_REGIONS             = "eu-west-1,us-east-1"
        NIGHTSHIFT_REQUIRED_TAGS       = "env=dev"
        NIGHTSHIFT_STOPPED_CLUSTERS    = "leave"
        NIGHTSHIFT_TAG_KEY             = "auto-delete-after"
      }
      report = {
        NIGHTSHIFT_FLEET_BUCKET = "nightshift-prod-cluster-cleanup-fleet-111122223333"
        NIGHTSHIFT_FLEET_JOB    = "cluster-cleanup"
        NIGHTSHIFT_FLEET_PART   = "report"
        NIGHTSHIFT_MODE         = "plan"
      }
    }
    error_message = jsonencode(local.variables)
  }
}

run "told_to_apply_there_is_one_worker_more_with_a_role_of_its_own" {
  command = plan

  variables {
    canary   = { failures = 1, units = ["Root/Sandbox"] }
    excluded = { accounts = ["444455556666"], tags = ["nightshift=never", "frozen"], units = ["ou-abcd-11112222", "Root/Bought, sold"] }
    failures = ["role-missing", "region-off"]
    mode     = "apply"
    notices  = { mail_from = "nightshift@example.com", operators_mail = ["ops@example.com"] }
    policies = {
      sandbox = { policy = { max_deletions = 50, warn_hours = 24 }, units = ["Root/Sandbox", "Root/Labs"] }
      slow    = { policy = { max_deletions = 1 }, units = ["Root/Core"] }
    }
    policy               = { digest_lifts_caps = true, max_deletions = 5, protected = ["orders-*"], required_tags = { env = "dev" } }
    management           = true
    max_deletion_percent = 5
    max_deletions        = 200
    selected             = { accounts = ["777788889999"], tags = ["owner=a"], units = ["Root"] }
  }

  assert {
    condition     = keys(module.function) == ["apply", "judge", "list", "plan", "report"] && keys(output.member_roles) == ["apply", "read"]
    error_message = "There are ${jsonencode(keys(module.function))}."
  }

  # The two workers are told the same but for who they become, and what they may do.
  assert {
    condition = {
      for name in distinct(concat(keys(local.variables.apply), keys(local.variables.plan))) : name => [local.variables.plan[name], local.variables.apply[name]]
      if local.variables.plan[name] != local.variables.apply[name]
      } == {
      NIGHTSHIFT_FLEET_ROLE = ["nightshift/nightshift-prod-cluster-cleanup-read", "nightshift/nightshift-prod-cluster-cleanup-apply"]
      NIGHTSHIFT_MODE       = ["plan", "apply"]
    }
    error_message = jsonencode(local.variables)
  }

  assert {
    condition = { for name, value in local.variables.apply : name => jsondecode(value) if startswith(name, "NIGHTSHIFT_FLEET_POLICY_") } == {
      NIGHTSHIFT_FLEET_POLICY_SANDBOX = { NIGHTSHIFT_MAX_DELETIONS = "50", NIGHTSHIFT_WARN_HOURS = "24" }
      NIGHTSHIFT_FLEET_POLICY_SLOW    = { NIGHTSHIFT_MAX_DELETIONS = "1" }
    }
    error_message = jsonencode(local.variables.apply)
  }

  assert {
    condition = { for name, value in local.variables.list : name => value if !contains(["NIGHTSHIFT_FLEET_BUCKET", "NIGHTSHIFT_FLEET_STATE_MACHINE"], name) } == {
      NIGHTSHIFT_FLEET_ACCOUNTS          = "777788889999"
      NIGHTSHIFT_FLEET_CANARY            = "Root/Sandbox"
      NIGHTSHIFT_FLEET_EXCLUDED_ACCOUNTS = "444455556666"
      NIGHTSHIFT_FLEET_EXCLUDED_TAGS     = "nightshift=never,frozen"
      NIGHTSHIFT_FLEET_EXCLUDED_UNITS    = "ou-abcd-11112222,Root/Bought\\, sold"
      NIGHTSHIFT_FLEET_JOB               = "cluster-cleanup"
      NIGHTSHIFT_FLEET_MANAGEMENT        = "include"
      NIGHTSHIFT_FLEET_PART              = "list"
      NIGHTSHIFT_FLEET_POLICIES          = "Root/Sandbox=sandbox,Root/Labs=sandbox,Root/Core=slow"
      NIGHTSHIFT_FLEET_REGIONS           = "eu-west-1,us-east-1"
      NIGHTSHIFT_FLEET_TAGS              = "owner=a"
      NIGHTSHIFT_FLEET_UNITS             = "Root"
      NIGHTSHIFT_MODE                    = "apply"
    }
    error_message = jsonencode(local.variables.list)
  }

  assert {
    condition = { for name, value in local.variables.judge : name => value if !endswith(name, "_BUCKET") } == {
      NIGHTSHIFT_DIGEST_LIFTS_CAPS          = "true"
      NIGHTSHIFT_FLEET_CANARY_FAILURES      = "1"
      NIGHTSHIFT_FLEET_JOB                  = "cluster-cleanup"
      NIGHTSHIFT_FLEET_MAX_DELETIONS        = "200"
      NIGHTSHIFT_FLEET_MAX_DELETION_PERCENT = "5"
      NIGHTSHIFT_FLEET_PART                 = "judge"
      NIGHTSHIFT_MODE                       = "apply"
    }
    error_message = jsonencode(local.variables.judge)
  }

  assert {
    condition = alltrue([
      for part in ["apply", "plan"] : local.variables[part]["NIGHTSHIFT_FLEET_FAILURES"] == "region-off,role-missing"
    ])
    error_message = jsonencode(local.variables)
  }

  assert {
    condition     = local.variables.report["NIGHTSHIFT_MAIL_FROM"] == "nightshift@example.com" && local.variables.apply["NIGHTSHIFT_OPERATORS_MAIL"] == "ops@example.com"
    error_message = jsonencode(local.variables)
  }
}

# The topic and Slack are for the operators, whom the report tells.
run "a_worker_that_mails_owners_may_tell_nobody_else" {
  command = plan

  variables {
    mode = "apply"
    notices = {
      mail_from       = "nightshift@example.com"
      operators_mail  = ["ops@example.com"]
      slack_secret_id = "hook"
      sns_topic_arn   = "arn:aws:sns:eu-west-1:111122223333:nightshift"
    }
    policy = { required_tags = { env = "dev" } }
  }

  assert {
    condition = {
      for part in ["apply", "report"] : part => join(" ", sort([
        for statement in jsondecode(data.aws_iam_policy_document.part[part].json).Statement : statement.Sid
        if contains(["MailOwners", "ReadTheWebhook", "TellTheTopic"], statement.Sid)
      ]))
    } == { apply = "MailOwners", report = "MailOwners ReadTheWebhook TellTheTopic" }
    error_message = data.aws_iam_policy_document.part["apply"].json
  }
}

run "without_mail_the_topic_is_how_a_worker_tells_owners" {
  command = plan

  variables {
    mode    = "apply"
    notices = { sns_topic_arn = "arn:aws:sns:eu-west-1:111122223333:nightshift" }
    policy  = { required_tags = { env = "dev" } }
  }

  assert {
    condition     = contains([for statement in jsondecode(data.aws_iam_policy_document.part["apply"].json).Statement : statement.Sid], "TellTheTopic")
    error_message = data.aws_iam_policy_document.part["apply"].json
  }
}

run "keys_are_rotated_everywhere_by_the_same_words" {
  command = plan

  variables {
    job     = "key-rotation"
    regions = []
    policy  = { exclude = ["path:/admin/*", "last, first"], overlap_days = 14 }
    policies = {
      late    = { policy = { overlap_days = null }, units = ["Root/Late"] }
      sandbox = { policy = { overlap_days = 1 }, units = ["Root/Sandbox"] }
    }
  }

  # What a named policy takes away does not stay as the run has it.
  assert {
    condition     = local.variables.plan["NIGHTSHIFT_FLEET_POLICY_LATE"] == "{\"NIGHTSHIFT_OVERLAP_DAYS\":\"\"}"
    error_message = local.variables.plan["NIGHTSHIFT_FLEET_POLICY_LATE"]
  }

  assert {
    condition     = local.variables.plan["NIGHTSHIFT_EXCLUDE"] == "path:/admin/*,last\\, first" && local.variables.plan["NIGHTSHIFT_RUN_EVERY_DAYS"] == "1" && local.variables.plan["NIGHTSHIFT_FLEET_POLICY_SANDBOX"] == "{\"NIGHTSHIFT_OVERLAP_DAYS\":\"1\"}"
    error_message = jsonencode(local.variables.plan)
  }
}

run "an_execution_that_ended_early_is_reported" {
  command = plan

  assert {
    condition = local.ended_early.detail == {
      stateMachineArn = ["arn:aws:states:eu-west-1:111122223333:stateMachine:nightshift-prod-cluster-cleanup-fleet"]
      status          = ["ABORTED", "FAILED", "TIMED_OUT"]
    }
    error_message = jsonencode(local.ended_early)
  }
}

run "every_alarm_leads_to_a_paragraph_of_the_runbook" {
  command = plan

  variables {
    mode    = "apply"
    notices = { sns_topic_arn = "arn:aws:sns:eu-west-1:111122223333:nightshift" }
  }

  assert {
    condition = length(setsubtract(
      values(local.alarms)[*].runbook,
      [
        for line in split("\n", file("../../../docs/runbook.md")) :
        replace(lower(trimprefix(line, "## ")), " ", "-") if startswith(line, "## ")
      ]
    )) == 0
    error_message = "An alarm leads to a paragraph that docs/runbook.md does not have."
  }

  assert {
    condition = keys(local.alarms) == [
      "accounts-failed", "apply-throttles", "canary-account-failed", "dead-letters", "ended-early-rule-failed", "execution-aborted", "execution-failed",
      "execution-timed-out", "guard-tripped", "no-run", "none-looked-at", "notices-not-sent", "plan-account-failed", "plan-throttles", "rest-account-failed", "schedule-dropped", "schedule-target-failed",
    ]
    error_message = jsonencode(keys(local.alarms))
  }

  assert {
    condition     = local.alarms.no-run.periods == 26 && local.alarms.no-run.missing_data == "breaching"
    error_message = "Nobody would hear of a run that never was."
  }

  assert {
    condition = (
      local.alarms.none-looked-at.metric == "NoAccountLookedAt" &&
      local.alarms.none-looked-at.dimensions.Function == "nightshift-prod-cluster-cleanup-fleet-report"
    )
    error_message = "Nobody would hear that no account lets the run in: ${jsonencode(local.alarms.none-looked-at)}"
  }

  # What a person starts by hand, as `fleet plan`, is an execution that succeeds as well.
  assert {
    condition = (
      local.alarms.no-run.namespace == "Nightshift" && local.alarms.no-run.metric == "ScheduledRuns" &&
      local.alarms.no-run.dimensions.Function == "nightshift-prod-cluster-cleanup-fleet-report"
    )
    error_message = "A run by hand would silence the alarm that the schedule starts none: ${jsonencode(local.alarms.no-run)}"
  }

  assert {
    condition     = local.scheduled == { started_by = "schedule" }
    error_message = "A run that the schedule starts would not count as one: ${jsonencode(local.scheduled)}"
  }
}
