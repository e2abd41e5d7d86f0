provider "aws" {
  access_key                  = "none"
  region                      = "eu-west-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account      = { dns_suffix = "amazonaws.com", id = "111122223333", partition = "aws" }
  project      = "nightshift"
  senders      = ["nightshift@example.com"]
  state_bucket = "state"
}

run "a_sender_is_no_pattern" {
  command = plan

  variables {
    senders = ["*"]
  }

  expect_failures = [var.senders]
}

run "a_key_is_named_by_its_arn" {
  command = plan

  variables {
    kms_key_arns = ["arn:aws:kms:eu-west-1:111122223333:alias/ours"]
  }

  expect_failures = [var.kms_key_arns]
}

run "what_is_longer_than_iam_takes_is_refused_before_anything_is_made" {
  command = plan

  variables {
    log_groups = [for number in range(60) : "/company/platform/nightshift/production-${number}"]
  }

  expect_failures = [output.deployer]
}
