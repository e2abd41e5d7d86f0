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
  package     = { path = "../../fixtures/x86_64/secret-rotation/bootstrap.zip" }

  secrets = {
    masters = ["rds!cluster-*", "shop-master"]
    users   = ["shop-app-*", "legacy"]
  }

  vpc = {
    security_group_ids = ["sg-0123456789abcdef0"]
    subnet_ids         = ["subnet-0123456789abcdef0"]
  }
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

run "a_password_is_long" {
  command = plan

  variables {
    policy = { password_length = 8 }
  }

  expect_failures = [var.policy]
}

run "there_are_secrets_to_rotate" {
  command = plan

  variables {
    secrets = { users = [] }
  }

  expect_failures = [var.secrets]
}

run "every_secret_of_the_account_is_too_many" {
  command = plan

  variables {
    secrets = { users = ["*"] }
  }

  expect_failures = [var.secrets]
}

run "a_masters_pattern_leaves_the_users_theirs" {
  command = plan

  variables {
    secrets = { masters = ["prod/*"], users = ["prod/app-*"] }
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

run "secrets_of_one_schedule_are_rotated_side_by_side" {
  command = plan

  variables {
    reserved_concurrency = 1
  }

  expect_failures = [var.reserved_concurrency]
}

run "a_rotation_that_nobody_may_do_is_none" {
  command = plan

  variables {
    reserved_concurrency = 0
  }

  expect_failures = [var.reserved_concurrency]
}

run "a_step_has_a_minute" {
  command = plan

  variables {
    timeout_seconds = 59
  }

  expect_failures = [var.timeout_seconds]
}

run "an_alarm_looks_back_a_week" {
  command = plan

  variables {
    alarms = { overdue_days = 30 }
  }

  expect_failures = [var.alarms]
}
