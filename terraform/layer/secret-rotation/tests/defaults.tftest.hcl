# What holds without saying anything, and what may not get lost: who may call the function, one source for names and variables,
# and a paragraph of the runbook behind every alarm.

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

  environment = "dev"
  package     = { path = "../../fixtures/x86_64/secret-rotation/bootstrap.zip" }

  secrets = {
    masters = ["rds!cluster-*", "shop-master"]
    users   = ["shop-app-*", "legacy"]
  }

  vpc = {
    security_group_ids = ["sg-0123456789abcdef0"]
    subnet_ids         = ["subnet-0123456789abcdef0"]
  }
}

run "without_a_word_it_takes_no_protection_away_and_secrets_manager_calls_it" {
  command = plan

  assert {
    condition     = local.variables == {}
    error_message = "The variables are ${jsonencode(local.variables)}."
  }

  assert {
    condition     = local.name == "nightshift-dev-secret-rotation" && module.function.log_group_name == "/aws/lambda/nightshift-dev-secret-rotation"
    error_message = "The function is called ${local.name} and writes to ${module.function.log_group_name}."
  }

  # The role goes by this one before the function is there.
  assert {
    condition     = local.function_arn == "arn:aws:lambda:eu-west-1:111122223333:function:${module.function.name}"
    error_message = "The role is held to ${local.function_arn}."
  }

  assert {
    condition     = !contains(keys(module.alarms.runbooks), "overdue")
    error_message = "An alarm waits for a rotation that nothing has promised."
  }
}

run "secrets_manager_calls_it_for_this_account_alone_and_waits" {
  command = plan

  assert {
    condition = (
      module.called_by_secrets_manager.caller.principal == "secretsmanager.amazonaws.com"
      && module.called_by_secrets_manager.caller.source_account == "111122223333"
      && module.called_by_secrets_manager.caller.source_arn == null
    )
    error_message = jsonencode(module.called_by_secrets_manager.caller)
  }

  # Nothing is sent again but by Secrets Manager, and there is no queue for what it knows has failed.
  assert {
    condition     = !strcontains(module.function.platform_policy, "sqs:SendMessage")
    error_message = module.function.platform_policy
  }
}

run "it_stands_in_the_network_of_the_databases" {
  command = plan

  assert {
    condition     = strcontains(module.function.platform_policy, "ec2:CreateNetworkInterface")
    error_message = "The function has no way to a database: ${module.function.platform_policy}"
  }
}

run "every_variable_of_the_layer_reaches_the_function" {
  command = plan

  variables {
    connection = { address = "127.0.0.1:15432", ca_file = "roots.pem" }

    policy = {
      lock_timeout_seconds      = 5
      password_exclude          = "/@"
      password_length           = 40
      protected                 = ["billing", "app_*"]
      statement_timeout_seconds = 50
    }

    report_bucket = { name = "reports" }
  }

  assert {
    condition = local.variables == {
      NIGHTSHIFT_DB_ADDRESS                = "127.0.0.1:15432"
      NIGHTSHIFT_DB_CA_FILE                = "roots.pem"
      NIGHTSHIFT_LOCK_TIMEOUT_SECONDS      = "5"
      NIGHTSHIFT_PASSWORD_EXCLUDE          = "/@"
      NIGHTSHIFT_PASSWORD_LENGTH           = "40"
      NIGHTSHIFT_PROTECTED                 = "billing,app_*"
      NIGHTSHIFT_REPORT_BUCKET             = "reports"
      NIGHTSHIFT_STATEMENT_TIMEOUT_SECONDS = "50"
    }
    error_message = "The variables are ${jsonencode(local.variables)}."
  }
}

run "every_alarm_leads_to_a_paragraph_of_the_runbook" {
  command = plan

  variables {
    alarms        = { overdue_days = 3 }
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
    condition     = module.alarms.runbooks["failed-items"] == "rotation-failed" && module.alarms.runbooks["overdue"] == "rotation-overdue"
    error_message = jsonencode(module.alarms.runbooks)
  }

  assert {
    condition     = length(module.alarms.arns) == 8
    error_message = "There are ${length(module.alarms.arns)} alarms."
  }
}

run "an_alarm_tells_people_and_leads_to_the_secret_it_is_about" {
  command = plan

  variables {
    alarms = { actions = ["arn:aws:sns:eu-west-1:111122223333:ops"], overdue_days = 3 }
  }

  assert {
    condition     = alltrue([for alarm in values(module.alarms.alarms) : alarm.actions == tolist(["arn:aws:sns:eu-west-1:111122223333:ops"])])
    error_message = "An alarm tells nobody: ${jsonencode(module.alarms.alarms)}"
  }

  # What the woken person reads names the log and the question; CloudWatch takes 1024 characters of it.
  assert {
    condition = (
      strcontains(module.alarms.alarms["failed-items"].summary, "Logs Insights on /aws/lambda/nightshift-dev-secret-rotation: filter @message like /item.outcome\":\"(failed|deferred|skipped)|run did not take place/ | display @timestamp, item.id, reason.code")
      && length(module.alarms.alarms["failed-items"].summary) < 900
    )
    error_message = module.alarms.alarms["failed-items"].summary
  }

  # A day without a rotation is silence, not a zero.
  assert {
    condition = (
      module.alarms.alarms["overdue"].metric == "Rotated"
      && module.alarms.alarms["overdue"].comparison == "LessThanThreshold"
      && module.alarms.alarms["overdue"].missing_data == "breaching"
      && module.alarms.alarms["overdue"].periods == 3
      && strcontains(module.alarms.alarms["overdue"].summary, "nightshift secrets list --all --overdue --region eu-west-1")
    )
    error_message = jsonencode(module.alarms.alarms["overdue"])
  }
}
