# Every value that AWS, or the function, would refuse later is refused here, before anything is changed.

provider "aws" {
  access_key                  = "none"
  region                      = "eu-west-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

provider "aws" {
  alias                       = "global"
  access_key                  = "none"
  region                      = "us-east-1"
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
  package     = { path = "../../fixtures/x86_64/key-rotation/bootstrap.zip" }
}

run "a_mode_is_plan_or_apply" {
  command = plan

  variables {
    mode = "dry-run"
  }

  expect_failures = [var.mode]
}

run "nobody_gets_a_key_without_a_way_to_be_told" {
  command = plan

  variables {
    mode = "apply"
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

run "an_empty_list_of_users_is_a_mistake" {
  command = plan

  variables {
    policy = { include = [] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_of_a_known_kind" {
  command = plan

  variables {
    policy = { exclude = ["user:bob"] }
  }

  expect_failures = [var.policy]
}

run "a_path_ends_at_a_slash" {
  command = plan

  variables {
    policy = { exclude = ["path:/admin*"] }
  }

  expect_failures = [var.policy]
}

run "a_tag_has_a_value" {
  command = plan

  variables {
    policy = { exclude = ["tag:team"] }
  }

  expect_failures = [var.policy]
}

run "a_class_of_letters_means_nothing_to_iam" {
  command = plan

  variables {
    policy = { exclude = ["admin[0-9]"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_empty" {
  command = plan

  variables {
    policy = { exclude = [""] }
  }

  expect_failures = [var.policy]
}

run "a_role_never_reaches_every_secret" {
  command = plan

  variables {
    policy = { secret_prefix = "" }
  }

  expect_failures = [var.policy]
}

run "a_key_is_named_by_its_arn" {
  command = plan

  variables {
    policy = { secret_kms_key_arn = "alias/ours" }
  }

  expect_failures = [var.policy]
}

run "readers_are_roles" {
  command = plan

  variables {
    policy = { secret_readers = ["arn:aws:iam::111122223333:role/*"] }
  }

  expect_failures = [var.policy]
}

run "a_hold_ends_after_the_overlap" {
  command = plan

  variables {
    policy = { max_overlap_days = 3 }
  }

  expect_failures = [var.policy]
}

run "a_hold_for_want_of_a_takeover_ends_after_the_overlap" {
  command = plan

  variables {
    policy = { hold_limit_days = 3 }
  }

  expect_failures = [var.policy]
}

run "inactive_keys_are_kept_or_deleted" {
  command = plan

  variables {
    policy = { inactive_keys = "purge" }
  }

  expect_failures = [var.policy]
}

run "unused_keys_are_rotated_or_deactivated" {
  command = plan

  variables {
    policy = { unused_keys = "delete" }
  }

  expect_failures = [var.policy]
}

run "a_secret_has_one_of_two_shapes" {
  command = plan

  variables {
    policy = { secret_shape = "old" }
  }

  expect_failures = [var.policy]
}

run "a_monthly_rotation_cannot_keep_sixty_days" {
  command = plan

  variables {
    policy = { max_age_days = 60 }
  }

  expect_failures = [output.ages]
}

run "one_day_too_few_is_refused" {
  command = plan

  variables {
    policy = { max_age_days = 69 }
  }

  expect_failures = [output.ages]
}

run "a_schedule_that_cannot_be_read_is_stated" {
  command = plan

  variables {
    schedule = { rotate = "cron(0 8 1,15 * ? *)" }
  }

  expect_failures = [output.ages]
}

run "a_stated_gap_is_no_smaller_than_the_real_one" {
  command = plan

  variables {
    schedule = { rotate_every_days = 7 }
  }

  expect_failures = [output.ages]
}

run "owners_deadlines_are_watched_every_day" {
  command = plan

  variables {
    schedule = { tend = "rate(2 days)" }
  }

  expect_failures = [output.ages]
}

run "one_day_more_is_kept" {
  command = plan

  variables {
    policy = { max_age_days = 70 }
  }

  assert {
    condition     = local.needed_days == 69
    error_message = "It takes ${local.needed_days} days."
  }
}

run "every_night_keeps_ninety_days_and_less" {
  command = plan

  variables {
    policy   = { max_age_days = 10 }
    schedule = { rotate = "cron(0 8 * * ? *)" }
  }

  assert {
    condition     = local.run_every == 1
    error_message = "Runs are read as ${local.run_every} days apart."
  }
}

run "what_is_stated_is_taken" {
  command = plan

  variables {
    schedule = { rotate = "cron(0 8 1,15 * ? *)", rotate_every_days = 17 }
  }

  assert {
    condition     = local.variables.NIGHTSHIFT_RUN_EVERY_DAYS == "17"
    error_message = "The function is told ${local.variables.NIGHTSHIFT_RUN_EVERY_DAYS}."
  }
}

run "a_rate_is_read" {
  command = plan

  variables {
    schedule = { rotate = "rate(10 days)", tend = "rate(12 hours)" }
  }

  assert {
    condition     = local.read_days == { rotate = 10, tend = 1 }
    error_message = jsonencode(local.read_days)
  }
}

run "the_last_of_the_month_is_a_month_apart" {
  command = plan

  variables {
    schedule = { rotate = "cron(0 8 L * ? *)" }
  }

  assert {
    condition     = local.read_days.rotate == 31
    error_message = jsonencode(local.read_days)
  }
}

run "a_pattern_is_not_written_in_quotes" {
  command = plan

  variables {
    policy = { exclude = ["'prod-*'"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_in_typographic_quotes" {
  command = plan

  variables {
    policy = { exclude = ["“prod-*”"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_with_a_semicolon" {
  command = plan

  variables {
    policy = { exclude = ["prod-*;stage-*"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_with_a_space" {
  command = plan

  variables {
    policy = { exclude = ["prod-* stage-*"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_with_a_bar" {
  command = plan

  variables {
    policy = { exclude = ["prod-*|stage-*"] }
  }

  expect_failures = [var.policy]
}

run "a_leak_does_not_wait_behind_a_rotation" {
  command = plan

  variables {
    reserved_concurrency = 1
  }

  expect_failures = [var.reserved_concurrency]
}

run "a_config_rules_name_has_no_two_stars_in_a_row" {
  command = plan

  variables {
    events = { config_rule_name = "**rotated" }
  }

  expect_failures = [var.events]
}

run "a_sign_has_its_star_at_the_end" {
  command = plan

  variables {
    policy = { tell_signs = ["AWS_RISK_*_EXPOSED"] }
  }

  expect_failures = [var.policy]
}

run "a_sign_is_answered_in_one_way" {
  command = plan

  variables {
    policy = { switch_off_signs = ["AWS_RISK_IAM_QUARANTINE"], tell_signs = ["AWS_RISK_IAM_QUARANTINE"] }
  }

  expect_failures = [var.policy]
}
