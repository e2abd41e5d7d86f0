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
  package     = { path = "../../fixtures/x86_64/cluster-cleanup/bootstrap.zip" }
}

run "without_a_word_it_plans_nightly_one_at_a_time_and_keeps_its_log" {
  command = plan

  assert {
    condition = local.variables == {
      NIGHTSHIFT_DELETION_PROTECTION = "respect"
      NIGHTSHIFT_MODE                = "plan"
      NIGHTSHIFT_REGIONS             = "eu-west-1"
      NIGHTSHIFT_REQUIRED_TAGS       = "env=dev"
      NIGHTSHIFT_STOPPED_CLUSTERS    = "leave"
      NIGHTSHIFT_TAG_KEY             = "auto-delete-after"
    }
    error_message = "The variables are ${jsonencode(local.variables)}."
  }

  assert {
    condition     = module.function.name == "nightshift-dev-cluster-cleanup"
    error_message = "The function is called ${module.function.name}."
  }

  assert {
    condition     = module.function.log_group_name == "/aws/lambda/nightshift-dev-cluster-cleanup"
    error_message = "Lambda would write to a log group without retention."
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
      concurrency          = 4
      deletion_protection  = "override"
      digest_lifts_caps    = true
      final_snapshot       = "always"
      max_deletion_percent = 20
      max_deletions        = 3
      max_lease_days       = 30
      min_notice_hours     = 4
      owner_tag            = "team"
      protected            = ["orders-*", "tier=gold"]
      regions              = ["eu-west-1", "eu-north-1"]
      required_tags        = { env = "dev", disposable = "yes" }
      snapshot_keep_days   = 7
      source_tag           = "cloned-from"
      stopped_clusters     = "start"
      tag_key              = "expires"
      time_zone            = "Europe/Madrid"
      warn_hours           = 72
    }

    report_bucket = { name = "reports" }
  }

  assert {
    condition = local.variables == {
      NIGHTSHIFT_CONCURRENCY          = "4"
      NIGHTSHIFT_DELETION_PROTECTION  = "override"
      NIGHTSHIFT_DIGEST_LIFTS_CAPS    = "true"
      NIGHTSHIFT_FINAL_SNAPSHOT       = "always"
      NIGHTSHIFT_LANGUAGE             = "es"
      NIGHTSHIFT_MAIL_FROM            = "nightshift@example.com"
      NIGHTSHIFT_MAX_DELETIONS        = "3"
      NIGHTSHIFT_MAX_DELETION_PERCENT = "20"
      NIGHTSHIFT_MAX_LEASE_DAYS       = "30"
      NIGHTSHIFT_MIN_NOTICE_HOURS     = "4"
      NIGHTSHIFT_MODE                 = "apply"
      NIGHTSHIFT_OPERATORS_MAIL       = "ops@example.com,night@example.com"
      NIGHTSHIFT_OWNER_MAIL_DOMAIN    = "example.com"
      NIGHTSHIFT_OWNER_MAIL_TAG       = "mail"
      NIGHTSHIFT_OWNER_TAG            = "team"
      NIGHTSHIFT_PROTECTED            = "orders-*,tier=gold"
      NIGHTSHIFT_REGIONS              = "eu-north-1,eu-west-1"
      NIGHTSHIFT_REPORT_BUCKET        = "reports"
      NIGHTSHIFT_REQUIRED_TAGS        = "disposable=yes,env=dev"
      NIGHTSHIFT_SLACK_SECRET_ID      = "hook"
      NIGHTSHIFT_SNAPSHOT_KEEP_DAYS   = "7"
      NIGHTSHIFT_SNS_TOPIC_ARN        = "arn:aws:sns:eu-west-1:111122223333:notices"
      NIGHTSHIFT_SOURCE_TAG           = "cloned-from"
      NIGHTSHIFT_STOPPED_CLUSTERS     = "start"
      NIGHTSHIFT_TAG_KEY              = "expires"
      NIGHTSHIFT_TIME_ZONE            = "Europe/Madrid"
      NIGHTSHIFT_WARN_HOURS           = "72"
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
    condition     = length(module.alarms.arns) == 17
    error_message = "There are ${length(module.alarms.arns)} alarms."
  }
}

# The code is a reason of docs/cluster-cleanup.md, as the function writes it into its log.
run "a_snapshot_that_could_not_be_marked_is_found_in_the_log" {
  command = plan

  assert {
    condition = (
      aws_cloudwatch_log_metric_filter.snapshot_not_marked.pattern == "\"snapshot-not-marked\"" &&
      strcontains(file("../../../docs/cluster-cleanup.md"), "`snapshot-not-marked`") &&
      one(aws_cloudwatch_log_metric_filter.snapshot_not_marked.metric_transformation).namespace == module.alarms.log_namespace
    )
    error_message = jsonencode(aws_cloudwatch_log_metric_filter.snapshot_not_marked)
  }
}
