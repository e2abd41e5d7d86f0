# What holds without saying anything, and what reaches the function.

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
  package     = { path = "../../fixtures/x86_64/org-inventory/bootstrap.zip" }
}

run "without_a_word_it_plans_keeps_versions_and_has_no_table" {
  command = plan

  assert {
    condition = local.variables == {
      NIGHTSHIFT_MODE            = "plan"
      NIGHTSHIFT_SNAPSHOT_BUCKET = "nightshift-dev-org-inventory-111122223333"
      NIGHTSHIFT_SNAPSHOT_PREFIX = "organization/"
    }
    error_message = "The variables are ${jsonencode(local.variables)}."
  }

  assert {
    condition     = length(module.accounts) == 0 && length(module.rule) == 1 && length(aws_cloudwatch_event_permission.management) == 0
    error_message = "There is more, or less, than was asked for."
  }
}

run "every_variable_of_the_layer_reaches_the_function" {
  command = plan

  variables {
    mode   = "apply"
    events = { management_account_id = "999988887777" }

    policy = {
      accounts_table     = true
      digest_lifts_caps  = true
      effective_policies = "exact"
      max_deletions      = 3
      owner_tag          = "team"
      rate_percent       = 25
      snapshot_prefix    = "org/"
      time_zone          = "Europe/Madrid"
      whole_reading_days = 1
    }
  }

  assert {
    condition = local.variables == {
      NIGHTSHIFT_ACCOUNTS_TABLE     = "nightshift-dev-org-inventory-accounts"
      NIGHTSHIFT_DIGEST_LIFTS_CAPS  = "true"
      NIGHTSHIFT_EFFECTIVE_POLICIES = "exact"
      NIGHTSHIFT_MAX_DELETIONS      = "3"
      NIGHTSHIFT_MODE               = "apply"
      NIGHTSHIFT_OWNER_TAG          = "team"
      NIGHTSHIFT_RATE_PERCENT       = "25"
      NIGHTSHIFT_SNAPSHOT_BUCKET    = "nightshift-dev-org-inventory-111122223333"
      NIGHTSHIFT_SNAPSHOT_PREFIX    = "org/"
      NIGHTSHIFT_TIME_ZONE          = "Europe/Madrid"
      NIGHTSHIFT_WHOLE_READING_DAYS = "1"
    }
    error_message = "The variables are ${jsonencode(local.variables)}."
  }

  assert {
    condition     = aws_cloudwatch_event_permission.management[0].principal == "999988887777"
    error_message = "The bus is open to ${aws_cloudwatch_event_permission.management[0].principal}."
  }
}

run "without_events_there_is_no_rule_and_no_open_bus" {
  command = plan

  variables {
    events = { enabled = false, management_account_id = "999988887777" }
  }

  assert {
    condition     = length(module.rule) == 0 && length(aws_cloudwatch_event_permission.management) == 0
    error_message = "It hears of changes all the same."
  }
}
