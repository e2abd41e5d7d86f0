# Every value that AWS would refuse later, or that would let somebody in, is refused here.

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
    id         = "444455556666"
    partition  = "aws"
    region     = "eu-west-1"
  }

  applies         = true
  environment     = "prod"
  external_id     = "a-long-number-7d41"
  job             = "key-rotation"
  organization_id = "o-a1b2c3d4e5"
  workers = {
    apply = "arn:aws:iam::111122223333:role/apply"
    read  = "arn:aws:iam::111122223333:role/plan"
  }
}

run "what_changes_is_another_worker_than_what_plans" {
  command = plan

  variables {
    workers = { apply = "arn:aws:iam::111122223333:role/plan", read = "arn:aws:iam::111122223333:role/plan" }
  }

  expect_failures = [var.workers]
}

run "a_worker_is_one_role" {
  command = plan

  variables {
    workers = { apply = "arn:aws:iam::111122223333:role/*", read = "arn:aws:iam::111122223333:role/plan" }
  }

  expect_failures = [var.workers]
}

run "who_changes_is_named" {
  command = plan

  variables {
    workers = { read = "arn:aws:iam::111122223333:role/plan" }
  }

  expect_failures = [var.applies]
}

run "an_external_id_is_no_word" {
  command = plan

  variables {
    external_id = "x"
  }

  expect_failures = [var.external_id]
}

run "an_organisation_has_an_id" {
  command = plan

  variables {
    organization_id = "*"
  }

  expect_failures = [var.organization_id]
}

run "a_job_is_one_that_schedules_call" {
  command = plan

  variables {
    job = "db-users"
  }

  expect_failures = [var.job]
}

run "keys_are_of_no_region" {
  command = plan

  variables {
    regions = ["eu-west-1"]
  }

  expect_failures = [var.regions]
}

run "a_misspelt_exclusion_is_refused" {
  command = plan

  variables {
    policy = { excluded = ["path:/admin/*"] }
  }

  expect_failures = [output.roles]
}
