# What the schedule of a run has to do with the ages that key-rotation promises.

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
  job             = "key-rotation"
  organization_id = "o-a1b2c3d4e5"
  package         = { path = "../../fixtures/x86_64/fleet-run/bootstrap.zip" }
  regions         = []
  selected        = { units = ["Root"] }
}


run "the_workers_are_told_how_far_apart_runs_are" {
  command = plan

  variables {
    policy   = { max_age_days = 10 }
    schedule = { expression = "rate(12 hours)" }
  }

  assert {
    condition     = local.variables.plan["NIGHTSHIFT_RUN_EVERY_DAYS"] == "1" && local.variables.plan["NIGHTSHIFT_MAX_AGE_DAYS"] == "10"
    error_message = jsonencode(local.variables.plan)
  }
}

run "owners_deadlines_are_watched_every_day" {
  command = plan

  variables {
    schedule = { expression = "cron(0 8 ? * MON *)" }
  }

  expect_failures = [output.mode]
}

run "what_nobody_can_read_is_not_taken_for_daily" {
  command = plan

  variables {
    schedule = { expression = "cron(0 8 1,15 * ? *)" }
  }

  expect_failures = [output.mode]
}

run "a_promised_age_leaves_a_day_to_use_the_key" {
  command = plan

  variables {
    policy = { max_age_days = 9 }
  }

  expect_failures = [output.mode]
}

run "a_named_policy_keeps_what_it_promises_too" {
  command = plan

  variables {
    policy   = { max_age_days = 30 }
    policies = { slow = { policy = { overlap_days = 28 }, units = ["Root/Slow"] } }
  }

  expect_failures = [output.mode]
}
