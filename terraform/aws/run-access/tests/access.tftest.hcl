# Policies are the real provider's; no call is made.
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

  applies = true
  job     = "cluster-cleanup"

  notices = {
    mail_from       = "nightshift@example.com"
    operators_mail  = ["ops@example.com"]
    slack_secret_id = "hook"
    sns_topic_arn   = "arn:aws:sns:eu-west-1:111122223333:notices"
  }

  report_bucket = { name = "reports" }
}

run "each_channel_has_its_own_right" {
  command = plan

  assert {
    condition = flatten([
      for policy in output.policies : [for statement in jsondecode(policy).Statement : statement.Sid]
    ]) == ["KeepReports", "MailOwners", "TellTheTopic", "ReadTheWebhook"]
    error_message = jsonencode(output.policies)
  }
}

run "a_run_that_only_plans_keeps_its_report_and_tells_nobody" {
  command = plan

  variables {
    applies = false
  }

  assert {
    condition     = [for policy in output.policies : jsondecode(policy).Statement[0].Action] == ["s3:PutObject"]
    error_message = jsonencode(output.policies)
  }
}

run "without_anything_switched_on_there_is_no_right" {
  command = plan

  variables {
    notices       = {}
    report_bucket = null
  }

  assert {
    condition     = length(output.policies) == 0
    error_message = jsonencode(output.policies)
  }
}

run "a_sender_is_a_bare_address" {
  command = plan

  variables {
    notices = { mail_from = "Nightshift <n@example.com>", operators_mail = ["ops@example.com"] }
  }

  expect_failures = [var.notices]
}

run "a_sender_needs_somebody_for_what_nobody_owns" {
  command = plan

  variables {
    notices = { mail_from = "n@example.com" }
  }

  expect_failures = [var.notices]
}

run "operators_are_bare_addresses" {
  command = plan

  variables {
    notices = { mail_from = "n@example.com", operators_mail = ["ops"] }
  }

  expect_failures = [var.notices]
}

run "a_webhook_is_a_secret_and_no_value" {
  command = plan

  variables {
    notices = { slack_secret_id = "https://hooks.example.com/x" }
  }

  expect_failures = [var.notices]
}

run "mail_takes_the_configuration_set_and_in_the_sandbox_its_recipients" {
  command = plan

  variables {
    notices = {
      mail_configuration_set  = "company"
      mail_from               = "nightshift@example.com"
      mail_sandbox_recipients = ["ops@example.org"]
      operators_mail          = ["ops@example.org"]
    }
  }

  assert {
    condition = [
      for arn in one([for policy in output.policies : jsondecode(policy).Statement[0] if jsondecode(policy).Statement[0].Sid == "MailOwners"]).Resource :
      trimprefix(arn, "arn:aws:ses:eu-west-1:111122223333:")
    ] == ["identity/ops@example.org", "identity/nightshift@example.com", "identity/example.com", "configuration-set/company"]
    error_message = jsonencode(output.policies)
  }
}

run "in_china_the_suffix_of_a_key_is_another" {
  command = plan

  variables {
    account = {
      dns_suffix = "amazonaws.com.cn"
      id         = "111122223333"
      partition  = "aws-cn"
      region     = "cn-north-1"
    }

    notices       = {}
    report_bucket = { kms_key_arn = "arn:aws-cn:kms:cn-north-1:111122223333:key/ours", name = "reports" }
  }

  assert {
    condition     = jsondecode(output.policies[0]).Statement[1].Condition.StringEquals["kms:ViaService"] == "s3.cn-north-1.amazonaws.com.cn"
    error_message = jsonencode(output.policies)
  }
}

run "a_sender_is_vouched_for_by_any_domain_above_it" {
  command = plan

  variables {
    notices = { mail_from = "Night@Mail.Dev.Example.COM", operators_mail = ["ops@example.com"] }
  }

  assert {
    condition = local.mail_resources == tolist([
      for identity in ["Night@Mail.Dev.Example.COM", "Night@mail.dev.example.com", "mail.dev.example.com", "dev.example.com", "example.com"] :
      "arn:aws:ses:eu-west-1:111122223333:identity/${identity}"
    ])
    error_message = jsonencode(local.mail_resources)
  }
}

run "a_sender_has_no_name_around_it" {
  command = plan

  variables {
    notices = { mail_from = "Ops<ops@example.com>", operators_mail = ["ops@example.com"] }
  }

  expect_failures = [var.notices]
}

run "a_sender_is_of_a_domain" {
  command = plan

  variables {
    notices = { mail_from = "ops@localhost", operators_mail = ["ops@example.com"] }
  }

  expect_failures = [var.notices]
}

run "a_recipient_is_not_every_identity" {
  command = plan

  variables {
    notices = { mail_from = "ops@example.com", operators_mail = ["ops@example.com"], mail_sandbox_recipients = ["*"] }
  }

  expect_failures = [var.notices]
}

run "a_webhook_is_no_secrets_name_without_its_scheme_either" {
  command = plan

  variables {
    notices = { slack_secret_id = "hooks.slack.com/services/T0/B0/x" }
  }

  expect_failures = [var.notices]
}

run "a_topics_key_is_no_alias" {
  command = plan

  variables {
    notices = { sns_topic_arn = "arn:aws:sns:eu-west-1:111122223333:notices", sns_topic_kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:alias/ours" }
  }

  expect_failures = [var.notices]
}

run "a_buckets_key_is_no_alias" {
  command = plan

  variables {
    report_bucket = { kms_key_arn = "alias/ours", name = "reports" }
  }

  expect_failures = [var.report_bucket]
}

run "a_bucket_is_no_address" {
  command = plan

  variables {
    report_bucket = { name = "s3://reports/nightshift" }
  }

  expect_failures = [var.report_bucket]
}

# A module that is left out by a name that AWS has yet to give cannot be planned.
run "channels_may_be_made_beside_it" {
  command = plan

  module {
    source = "./tests/beside"
  }
}
