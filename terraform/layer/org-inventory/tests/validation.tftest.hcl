# Every value that AWS, or the function, would refuse later is refused here, before anything is changed.

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

run "a_mode_is_plan_or_apply" {
  command = plan

  variables {
    mode = "dry-run"
  }

  expect_failures = [var.mode]
}

run "a_prefix_ends_with_a_slash" {
  command = plan

  variables {
    policy = { snapshot_prefix = "organization" }
  }

  expect_failures = [var.policy]
}

run "a_rate_is_a_part_of_what_aws_publishes" {
  command = plan

  variables {
    policy = { rate_percent = 0 }
  }

  expect_failures = [var.policy]
}

run "effective_policies_are_shared_exact_or_none" {
  command = plan

  variables {
    policy = { effective_policies = "some" }
  }

  expect_failures = [var.policy]
}

run "an_account_has_twelve_digits" {
  command = plan

  variables {
    events = { management_account_id = "12" }
  }

  expect_failures = [var.events]
}
