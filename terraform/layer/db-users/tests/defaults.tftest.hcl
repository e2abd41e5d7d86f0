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

variables {
  account = {
    dns_suffix = "amazonaws.com"
    id         = "111122223333"
    partition  = "aws"
    region     = "eu-west-1"
  }

  environment = "dev"
  package     = { path = "../../fixtures/x86_64/db-users/bootstrap.zip" }

  secrets = {
    masters = ["rds!cluster-*", "shop-master"]
    users   = ["shop-app-*"]
  }

  vpc = {
    security_group_ids = ["sg-0123456789abcdef0"]
    subnet_ids         = ["subnet-0123456789abcdef0"]
  }
}

run "without_a_word_it_plans_and_nobody_calls_it" {
  command = plan

  assert {
    condition     = local.variables == { NIGHTSHIFT_MODE = "plan", NIGHTSHIFT_REGIONS = "eu-west-1" }
    error_message = "The variables are ${jsonencode(local.variables)}."
  }

  assert {
    condition     = module.function.name == "nightshift-dev-db-users"
    error_message = "The function is called ${module.function.name}."
  }

  assert {
    condition     = module.function.log_group_name == "/aws/lambda/nightshift-dev-db-users"
    error_message = "Lambda would write to a log group without retention."
  }

  assert {
    condition     = !contains(keys(module.alarms.runbooks), "no-run")
    error_message = "An alarm waits for a run that nothing has promised."
  }
}

run "every_variable_of_the_layer_reaches_the_function" {
  command = plan

  variables {
    connection = { address = "127.0.0.1:15432", ca_file = "roots.pem" }
    mode       = "apply"

    notices = {
      language          = "es"
      mail_from         = "nightshift@example.com"
      operators_mail    = ["ops@example.com"]
      owner_mail_domain = "example.com"
      owner_mail_tag    = "mail"
      slack_secret_id   = "hook"
      sns_topic_arn     = "arn:aws:sns:eu-west-1:111122223333:notices"
    }

    policy = {
      concurrency               = 4
      digest_lifts_caps         = true
      iam_users                 = "accept-lockout"
      lock_timeout_seconds      = 5
      max_deletions             = 2
      owner_tag                 = "team"
      password_exclude          = "/@"
      password_length           = 40
      protected                 = ["billing", "app_*"]
      regions                   = ["eu-west-1", "us-east-1"]
      rotation_function_arn     = "arn:aws:lambda:eu-west-1:111122223333:function:rotate"
      secret_recovery_days      = 14
      statement_timeout_seconds = 90
      time_zone                 = "Europe/Madrid"
    }

    report_bucket = { name = "reports" }
  }

  assert {
    condition = local.variables == {
      NIGHTSHIFT_CONCURRENCY               = "4"
      NIGHTSHIFT_DB_ADDRESS                = "127.0.0.1:15432"
      NIGHTSHIFT_DB_CA_FILE                = "roots.pem"
      NIGHTSHIFT_DIGEST_LIFTS_CAPS         = "true"
      NIGHTSHIFT_IAM_USERS                 = "accept-lockout"
      NIGHTSHIFT_LANGUAGE                  = "es"
      NIGHTSHIFT_LOCK_TIMEOUT_SECONDS      = "5"
      NIGHTSHIFT_MAIL_FROM                 = "nightshift@example.com"
      NIGHTSHIFT_MAX_DELETIONS             = "2"
      NIGHTSHIFT_MODE                      = "apply"
      NIGHTSHIFT_OPERATORS_MAIL            = "ops@example.com"
      NIGHTSHIFT_OWNER_MAIL_DOMAIN         = "example.com"
      NIGHTSHIFT_OWNER_MAIL_TAG            = "mail"
      NIGHTSHIFT_OWNER_TAG                 = "team"
      NIGHTSHIFT_PASSWORD_EXCLUDE          = "/@"
      NIGHTSHIFT_PASSWORD_LENGTH           = "40"
      NIGHTSHIFT_PROTECTED                 = "billing,app_*"
      NIGHTSHIFT_REGIONS                   = "eu-west-1,us-east-1"
      NIGHTSHIFT_REPORT_BUCKET             = "reports"
      NIGHTSHIFT_ROTATION_FUNCTION_ARN     = "arn:aws:lambda:eu-west-1:111122223333:function:rotate"
      NIGHTSHIFT_SECRET_RECOVERY_DAYS      = "14"
      NIGHTSHIFT_SLACK_SECRET_ID           = "hook"
      NIGHTSHIFT_SNS_TOPIC_ARN             = "arn:aws:sns:eu-west-1:111122223333:notices"
      NIGHTSHIFT_STATEMENT_TIMEOUT_SECONDS = "90"
      NIGHTSHIFT_TIME_ZONE                 = "Europe/Madrid"
    }
    error_message = "The variables are ${jsonencode(local.variables)}."
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
    condition     = length(module.alarms.arns) == 10
    error_message = "There are ${length(module.alarms.arns)} alarms."
  }
}
