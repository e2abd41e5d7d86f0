# Every value that AWS, or a part, would refuse later is refused here, before anything is changed.

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
  job             = "cluster-cleanup"
  organization_id = "o-a1b2c3d4e5"
  package         = { path = "../../fixtures/x86_64/fleet-run/bootstrap.zip" }
  regions         = ["us-east-1", "eu-west-1"]
  selected        = { units = ["Root"] }
}

run "a_mode_is_plan_or_apply" {
  command = plan

  variables {
    mode = "dry-run"
  }

  expect_failures = [var.mode]
}

run "nothing_is_changed_without_a_way_to_tell" {
  command = plan

  variables {
    mode = "apply"
  }

  expect_failures = [var.mode]
}

run "somebody_is_selected" {
  command = plan

  variables {
    selected = {}
  }

  expect_failures = [var.selected]
}

run "a_selected_account_has_twelve_digits" {
  command = plan

  variables {
    selected = { accounts = ["12"] }
  }

  expect_failures = [var.selected]
}

run "a_selected_unit_is_not_written_in_quotes" {
  command = plan

  variables {
    selected = { units = ["'Root'"] }
  }

  expect_failures = [var.selected]
}

run "a_unit_is_more_than_a_slash" {
  command = plan

  variables {
    selected = { units = ["/"] }
  }

  expect_failures = [var.selected]
}

run "a_unit_has_no_gap_in_its_path" {
  command = plan

  variables {
    selected = { units = ["Root//Prod"] }
  }

  expect_failures = [var.selected]
}

run "a_list_of_units_is_not_written_in_brackets" {
  command = plan

  variables {
    selected = { units = ["[Root]"] }
  }

  expect_failures = [var.selected]
}

run "a_selected_tag_has_a_key" {
  command = plan

  variables {
    selected = { tags = ["=prod"] }
  }

  expect_failures = [var.selected]
}

run "an_excluded_account_has_twelve_digits" {
  command = plan

  variables {
    excluded = { accounts = ["4444-5555-6666"] }
  }

  expect_failures = [var.excluded]
}

run "an_excluded_unit_has_no_semicolon" {
  command = plan

  variables {
    excluded = { units = ["Root/A;Root/B"] }
  }

  expect_failures = [var.excluded]
}

run "an_excluded_tag_has_a_key" {
  command = plan

  variables {
    excluded = { tags = ["="] }
  }

  expect_failures = [var.excluded]
}

run "a_canary_is_a_unit" {
  command = plan

  variables {
    canary = { units = [""] }
  }

  expect_failures = [var.canary]
}

run "a_canary_fails_a_whole_number_of_times" {
  command = plan

  variables {
    canary = { failures = -1 }
  }

  expect_failures = [var.canary]
}

run "a_policy_is_named_as_a_variable_can_be" {
  command = plan

  variables {
    policies = { Sandbox = { policy = {}, units = ["Root"] } }
  }

  expect_failures = [var.policies]
}

run "a_policy_holds_for_somebody" {
  command = plan

  variables {
    policies = { sandbox = { policy = {}, units = [] } }
  }

  expect_failures = [var.policies]
}

run "a_unit_has_one_policy" {
  command = plan

  variables {
    policies = { a = { policy = {}, units = ["Root/A"] }, b = { policy = {}, units = ["Root/A"] } }
  }

  expect_failures = [var.policies]
}

run "a_misspelt_policy_is_refused" {
  command = plan

  variables {
    policy = { proteced = ["orders-*"] }
  }

  expect_failures = [output.mode]
}

run "a_misspelt_entry_of_a_named_policy_is_refused" {
  command = plan

  variables {
    policies = { a = { policy = { max_deletion = 1 }, units = ["Root/A"] } }
  }

  expect_failures = [output.mode]
}

run "a_misspelt_notice_is_refused" {
  command = plan

  variables {
    notices = { mail_form = "x@example.com" }
  }

  expect_failures = [output.mode]
}

run "what_member_roles_are_held_to_is_one_for_all" {
  command = plan

  variables {
    policies = { a = { policy = { protected = [] }, units = ["Root/A"] } }
  }

  expect_failures = [output.mode]
}

run "regions_are_said_once" {
  command = plan

  variables {
    policy = { regions = ["eu-west-1"] }
  }

  expect_failures = [var.policy]
}

run "a_region_is_a_region" {
  command = plan

  variables {
    regions = ["Ireland"]
  }

  expect_failures = [var.regions]
}

run "there_is_a_region" {
  command = plan

  variables {
    regions = []
  }

  expect_failures = [var.regions]
}

run "keys_are_of_no_region" {
  command = plan

  variables {
    job = "key-rotation"
  }

  expect_failures = [var.regions]
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
    organization_id = "ou-abcd-11112222"
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

run "a_failure_is_one_that_there_is" {
  command = plan

  variables {
    failures = ["throttled"]
  }

  expect_failures = [var.failures]
}

run "a_percentage_is_one" {
  command = plan

  variables {
    max_deletion_percent = 101
  }

  expect_failures = [var.max_deletion_percent]
}

run "a_limit_is_a_number" {
  command = plan

  variables {
    max_deletions = -1
  }

  expect_failures = [var.max_deletions]
}

run "a_reservation_is_enough_for_the_map" {
  command = plan

  variables {
    reserved_concurrency = 10
  }

  expect_failures = [var.reserved_concurrency]
}

run "an_alarm_looks_back_a_week" {
  command = plan

  variables {
    alarms = { no_run_hours = 200 }
  }

  expect_failures = [var.alarms]
}

run "a_key_is_no_alias" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:alias/ours"
  }

  expect_failures = [var.kms_key_arn]
}

run "an_environment_is_a_short_name" {
  command = plan

  variables {
    environment = "Prod"
  }

  expect_failures = [var.environment]
}

run "what_a_unit_may_be_called_is_taken" {
  command = plan

  variables {
    selected = { units = ["Root/Bought, sold & kept (2019)", "ou-abcd-11112222", "/Root/Übung/"] }
  }

  assert {
    condition     = local.variables.list["NIGHTSHIFT_FLEET_UNITS"] == "Root/Bought\\, sold & kept (2019),ou-abcd-11112222,/Root/Übung/"
    error_message = local.variables.list["NIGHTSHIFT_FLEET_UNITS"]
  }
}
