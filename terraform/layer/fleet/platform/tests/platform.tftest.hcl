run "what_is_left_out_has_its_default" {
  command = plan

  variables {
    platform = { architecture = "arm64" }
  }

  assert {
    condition     = output.platform.log_retention_days == 365 && output.platform.packages.directory == "../../../target/lambda"
    error_message = jsonencode(output.platform)
  }
}

run "a_reservation_names_a_function" {
  command = plan

  variables {
    platform = { reserved_concurrency = { cleanup = 2 } }
  }

  expect_failures = [var.platform]
}

run "a_key_of_yours_is_no_alias" {
  command = plan

  variables {
    platform = { kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:alias/ours" }
  }

  expect_failures = [var.platform]
}

run "an_architecture_is_one_of_two" {
  command = plan

  variables {
    platform = { architecture = "arm" }
  }

  expect_failures = [var.platform]
}
