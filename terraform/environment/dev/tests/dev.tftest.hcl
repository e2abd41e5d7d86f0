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
  target = module.db_users[0].data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

override_data {
  target = module.db_users[0].module.function.data.aws_caller_identity.current
  values = { account_id = "111122223333" }
}

override_data {
  target = module.db_users[0].module.run_access.data.aws_caller_identity.current
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
  account_id = "111122223333"

  db_users = {
    secrets = { masters = ["shop-master"], users = ["shop-app-*"] }
    vpc     = { security_group_ids = ["sg-0123456789abcdef0"], subnet_ids = ["subnet-0123456789abcdef0"] }
  }

  package_dir = "../../fixtures"
  region      = "eu-west-1"
}

run "it_plans_until_it_is_told_to_apply" {
  command = plan

  assert {
    condition     = "${var.cluster_cleanup_mode} ${var.db_users_mode} ${var.key_rotation_mode}" == "plan plan plan"
    error_message = "This environment acts without being told to."
  }

  assert {
    condition = output.functions == {
      cluster-cleanup = "nightshift-dev-cluster-cleanup"
      db-users        = "nightshift-dev-db-users"
      key-rotation    = "nightshift-dev-key-rotation"
    }
    error_message = "The functions are called ${jsonencode(output.functions)}."
  }
}

run "without_databases_the_function_is_left_out" {
  command = plan

  variables {
    db_users = null
  }

  assert {
    condition     = keys(output.functions) == ["cluster-cleanup", "key-rotation"] && output.db_users_invoke_policy == null
    error_message = "The functions are ${jsonencode(output.functions)}."
  }
}

run "an_account_id_has_twelve_digits" {
  command = plan

  variables {
    account_id = "1234"
  }

  expect_failures = [var.account_id]
}
