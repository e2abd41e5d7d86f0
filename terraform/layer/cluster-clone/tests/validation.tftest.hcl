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
  package     = { path = "../../fixtures/x86_64/cluster-clone/bootstrap.zip" }
}

run "a_mode_is_plan_or_apply" {
  command = plan

  variables {
    mode = "dry-run"
  }

  expect_failures = [var.mode]
}

run "production_is_refused_or_allowed" {
  command = plan

  variables {
    policy = { production_clones = "yes" }
  }

  expect_failures = [var.policy]
}

run "invokers_prove_or_are_trusted" {
  command = plan

  variables {
    policy = { invokers = "some" }
  }

  expect_failures = [var.policy]
}

run "a_network_is_named_whole" {
  command = plan

  variables {
    policy = { clone_subnet_group = "dev" }
  }

  expect_failures = [var.policy]
}

run "an_empty_list_calls_nothing_production" {
  command = plan

  variables {
    policy = { production = [] }
  }

  expect_failures = [var.policy]
}

run "a_clone_has_marks" {
  command = plan

  variables {
    policy = { required_tags = {} }
  }

  expect_failures = [var.policy]
}

run "a_protection_has_no_quotes" {
  command = plan

  variables {
    policy = { protected = ["'prod-*'"] }
  }

  expect_failures = [var.policy]
}

run "a_region_is_a_region" {
  command = plan

  variables {
    policy = { regions = ["*"] }
  }

  expect_failures = [var.policy]
}

run "a_key_is_named_by_its_arn" {
  command = plan

  variables {
    kms_key_arns = ["alias/ours"]
  }

  expect_failures = [var.kms_key_arns]
}
