# Planned by the real provider with nothing but the account made up; no call is made.
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

override_module {
  target = module.account
  outputs = {
    account = {
      dns_suffix = "amazonaws.com"
      id         = "111122223333"
      partition  = "aws"
      region     = "eu-west-1"
    }
  }
}

variables {
  db_users = {
    secrets = { masters = ["shop-master"], users = ["shop-app-*"] }
    vpc     = { security_group_ids = ["sg-0123456789abcdef0"], subnet_ids = ["subnet-0123456789abcdef0"] }
  }

  environment = "dev"
  platform    = { packages = { directory = "../../fixtures" } }
}

run "it_plans_until_it_is_told_to_apply" {
  command = plan

  assert {
    condition = output.functions == {
      cluster-cleanup = "nightshift-dev-cluster-cleanup"
      db-users        = "nightshift-dev-db-users"
      key-rotation    = "nightshift-dev-key-rotation"
    }
    error_message = "The functions are called ${jsonencode(output.functions)}."
  }

  assert {
    condition     = output.modes == { cluster-cleanup = "plan", db-users = "plan", key-rotation = "plan" }
    error_message = "Without a word they are told ${jsonencode(output.modes)}."
  }
}

run "clones_are_made_where_they_are_asked_for" {
  command = plan

  variables {
    cluster_clone = { policy = { clones_per_owner = 3 } }
    protected     = ["orders-*"]
  }

  assert {
    condition     = output.functions["cluster-clone"] == "nightshift-dev-cluster-clone"
    error_message = "The functions are ${jsonencode(output.functions)}."
  }
}

run "a_misspelt_quota_is_no_default" {
  command = plan

  variables {
    cluster_clone = { policy = { clones_per_person = 1 } }
  }

  expect_failures = [output.functions]
}

run "an_organisation_is_kept_on_record_where_it_is_asked_for" {
  command = plan

  variables {
    org_inventory = { mode = "apply", policy = { accounts_table = true } }
  }

  assert {
    condition     = output.functions["org-inventory"] == "nightshift-dev-org-inventory" && output.modes["org-inventory"] == "apply"
    error_message = "The functions are ${jsonencode(output.functions)}."
  }
}

run "a_misspelt_rate_is_no_default" {
  command = plan

  variables {
    org_inventory = { policy = { rate_percents = 10 } }
  }

  expect_failures = [output.functions]
}

run "secrets_are_rotated_where_that_is_asked_for_and_db_users_knows_by_what" {
  command = plan

  variables {
    secret_rotation = {
      secrets = { users = ["shop-app-*"] }
      vpc     = { security_group_ids = ["sg-0123456789abcdef0"], subnet_ids = ["subnet-0123456789abcdef0"] }
    }
  }

  assert {
    condition     = output.functions["secret-rotation"] == "nightshift-dev-secret-rotation" && !contains(keys(output.modes), "secret-rotation")
    error_message = "The functions are ${jsonencode(output.functions)}."
  }

  assert {
    condition     = output.rotation_function_arn == "arn:aws:lambda:eu-west-1:111122223333:function:nightshift-dev-secret-rotation"
    error_message = "It is ${jsonencode(output.rotation_function_arn)}."
  }
}

run "a_misspelt_password_policy_is_no_default" {
  command = plan

  variables {
    secret_rotation = {
      policy  = { password_lenght = 40 }
      secrets = { users = ["shop-app-*"] }
      vpc     = { security_group_ids = ["sg-0123456789abcdef0"], subnet_ids = ["subnet-0123456789abcdef0"] }
    }
  }

  expect_failures = [output.functions]
}

run "without_databases_the_function_is_left_out" {
  command = plan

  variables {
    db_users = null
  }

  assert {
    condition     = keys(output.functions) == ["cluster-cleanup", "key-rotation"] && output.db_users_invoke_policy == null && output.cluster_clone_invoke_policy == null
    error_message = "The functions are ${jsonencode(output.functions)}."
  }
}

run "archives_may_lie_in_s3_by_architecture" {
  command = plan

  variables {
    platform = { architecture = "arm64", packages = { s3_bucket = "artifacts", s3_prefix = "nightshift/1.0/" } }
  }

  assert {
    condition     = local.packages["db-users"].s3_key == "nightshift/1.0/arm64/db-users/bootstrap.zip"
    error_message = jsonencode(local.packages)
  }
}

run "a_domain_that_sends_has_records_to_be_published" {
  command = plan

  variables {
    sender_identity = "nightshift@example.com"
  }

  assert {
    condition     = output.sender_dkim_records == []
    error_message = "An address has no records."
  }
}

run "a_misspelt_cap_is_no_default" {
  command = plan

  variables {
    cluster_cleanup = { policy = { max_deletion = 1 } }
  }

  expect_failures = [output.functions]
}

run "a_misspelt_event_is_no_default" {
  command = plan

  variables {
    key_rotation = { events = { leaked_key = false } }
  }

  expect_failures = [output.functions]
}

run "a_misspelt_channel_is_no_silence" {
  command = plan

  variables {
    notices = { mail_form = "n@example.com" }
  }

  expect_failures = [output.functions]
}

run "a_misspelt_object_is_refused" {
  command = plan

  variables {
    cluster_cleanup = { polcy = {} }
  }

  expect_failures = [var.cluster_cleanup]
}

run "what_is_never_touched_is_named_in_one_place" {
  command = plan

  variables {
    cluster_cleanup = { policy = { protected = ["orders-*"] } }
  }

  expect_failures = [output.functions]
}

run "an_empty_list_elsewhere_lifts_no_exclusion" {
  command = plan

  variables {
    key_rotation = { policy = { exclude = [] } }
  }

  expect_failures = [output.functions]
}

run "production_names_what_must_live" {
  command = plan

  variables {
    alarm_mail_addresses = ["ops@example.com"]
    excluded_users       = ["path:/admin/*"]
    production           = true
  }

  expect_failures = [var.protected]
}

run "production_names_whose_keys_are_never_touched" {
  command = plan

  variables {
    alarm_mail_addresses = ["ops@example.com"]
    production           = true
    protected            = ["orders-*"]
  }

  expect_failures = [var.excluded_users]
}

run "production_names_who_hears_of_an_alarm" {
  command = plan

  variables {
    excluded_users = ["path:/admin/*"]
    production     = true
    protected      = ["orders-*"]
  }

  expect_failures = [var.alarm_mail_addresses]
}

# A misspelt key would leave everything unencrypted, a misspelt boundary the roles without one.
run "a_misspelt_name_of_the_platform_is_no_default" {
  command = plan

  variables {
    platform = { packages = { directory = "../../fixtures" }, kms_key = "arn:aws:kms:eu-west-1:111122223333:key/ours" }
  }

  expect_failures = [output.functions]
}

run "a_misspelt_name_deeper_in_the_platform_is_no_default_either" {
  command = plan

  variables {
    platform = { packages = { directory = "../../fixtures" }, report_bucket = { name = "reports", kms_key = "ours" } }
  }

  expect_failures = [output.functions]
}

run "what_is_null_is_left_out" {
  command = plan

  variables {
    cluster_cleanup = { policy = null, schedule = null }
    key_rotation    = null
  }
}

run "a_signature_is_asked_for_of_every_function" {
  command = plan

  variables {
    cluster_clone = { policy = { clones_per_owner = 3 } }
    org_inventory = { mode = "plan" }
    protected     = ["orders-*"]
    secret_rotation = {
      secrets = { users = ["shop-app-*"] }
      vpc     = { security_group_ids = ["sg-0123456789abcdef0"], subnet_ids = ["subnet-0123456789abcdef0"] }
    }
    platform = {
      packages                = { directory = "../../fixtures" }
      code_signing_config_arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0f6c334abcdea4d8b"
    }
  }

  assert {
    condition     = length(local.functions) == 6 && alltrue([for function in values(local.functions) : function.code_signing_config_arn == var.platform.code_signing_config_arn])
    error_message = "Some function takes archives that nobody signed."
  }
}
