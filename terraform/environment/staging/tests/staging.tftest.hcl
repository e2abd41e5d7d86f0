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

override_data {
  target = module.cluster_cleanup.module.run_access.data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

override_data {
  target = module.cluster_cleanup.data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

override_data {
  target = module.cluster_cleanup.module.function.data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

override_data {
  target = module.cluster_cleanup.module.schedule.data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

override_data {
  target = module.key_rotation.data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

override_data {
  target = module.key_rotation.module.forward["health"].data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

override_data {
  target = module.key_rotation.module.function.data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

override_data {
  target = module.key_rotation.module.run_access.data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

override_data {
  target = module.key_rotation.module.schedule["rotate"].data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

override_data {
  target = module.key_rotation.module.schedule["tend"].data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

override_data {
  target = module.operations.module.alarm_topic.data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

variables {
  account_id  = "111122223333"
  package_dir = "../../fixtures"
  region      = "eu-west-1"
}

run "it_plans_until_it_is_told_to_apply" {
  command = plan

  assert {
    condition     = "${var.cluster_cleanup_mode} ${var.key_rotation_mode}" == "plan plan"
    error_message = "This environment acts without being told to."
  }

  assert {
    condition = output.functions == {
      cluster-cleanup = "nightshift-staging-cluster-cleanup"
      key-rotation    = "nightshift-staging-key-rotation"
    }
    error_message = "The functions are called ${jsonencode(output.functions)}."
  }
}

run "an_account_id_has_twelve_digits" {
  command = plan

  variables {
    account_id = "1234"
  }

  expect_failures = [var.account_id]
}
