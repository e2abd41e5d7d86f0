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

run "a_mode_is_plan_or_apply" {
  command = plan

  variables {
    mode = "dry-run"
  }

  expect_failures = [var.mode]
}

run "an_environment_is_a_short_name" {
  command = plan

  variables {
    environment = "Dev!"
  }

  expect_failures = [var.environment]
}

run "a_key_is_named_by_its_arn" {
  command = plan

  variables {
    kms_key_arns = ["alias/ours"]
  }

  expect_failures = [var.kms_key_arns]
}

run "a_protection_is_no_list" {
  command = plan

  variables {
    policy = { protected = ["{a,b}"] }
  }

  expect_failures = [var.policy]
}

run "a_lock_out_is_refused_or_accepted" {
  command = plan

  variables {
    policy = { iam_users = "yes" }
  }

  expect_failures = [var.policy]
}

run "a_deleted_secret_can_be_had_back_for_a_week_at_least" {
  command = plan

  variables {
    policy = { secret_recovery_days = 1 }
  }

  expect_failures = [var.policy]
}

run "a_password_is_long" {
  command = plan

  variables {
    policy = { password_length = 8 }
  }

  expect_failures = [var.policy]
}

run "there_are_secrets_to_write" {
  command = plan

  variables {
    secrets = { masters = ["shop-master"], users = [] }
  }

  expect_failures = [var.secrets]
}

run "every_secret_of_the_account_is_too_many" {
  command = plan

  variables {
    secrets = { masters = ["shop-master"], users = ["*"] }
  }

  expect_failures = [var.secrets]
}

run "a_masters_secret_is_no_users" {
  command = plan

  variables {
    secrets = { masters = ["shop"], users = ["shop"] }
  }

  expect_failures = [var.secrets]
}

run "a_database_stands_in_a_network" {
  command = plan

  variables {
    vpc = { security_group_ids = [], subnet_ids = [] }
  }

  expect_failures = [var.vpc]
}

run "a_pattern_is_not_written_in_quotes" {
  command = plan

  variables {
    policy = { protected = ["'prod-*'"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_in_typographic_quotes" {
  command = plan

  variables {
    policy = { protected = ["“prod-*”"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_with_a_semicolon" {
  command = plan

  variables {
    policy = { protected = ["prod-*;stage-*"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_with_a_space" {
  command = plan

  variables {
    policy = { protected = ["prod-* stage-*"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_with_a_bar" {
  command = plan

  variables {
    policy = { protected = ["prod-*|stage-*"] }
  }

  expect_failures = [var.policy]
}

run "pipelines_run_side_by_side" {
  command = plan

  variables {
    reserved_concurrency = 1
  }

  expect_failures = [var.reserved_concurrency]
}

run "a_masters_pattern_leaves_the_users_theirs" {
  command = plan

  variables {
    secrets = { masters = ["prod/*"], users = ["prod/app-*"] }
  }

  expect_failures = [var.secrets]
}

run "a_masters_pattern_with_a_point_is_no_pattern_of_its_own" {
  command = plan

  variables {
    secrets = { masters = ["prod.*"], users = ["prod.app"] }
  }

  expect_failures = [var.secrets]
}

run "patterns_that_only_meet_are_told_apart_by_the_role" {
  command = plan

  variables {
    secrets = { masters = ["rds!cluster-*", "prod/?", "prod/*/master", "prodx"], users = ["prod/*", "prod.", "prod/*/app-?"] }
  }
}

run "a_region_is_a_region" {
  command = plan

  variables {
    policy = { regions = ["*"] }
  }

  expect_failures = [var.policy]
}
