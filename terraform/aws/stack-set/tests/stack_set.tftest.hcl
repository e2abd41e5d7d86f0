mock_provider "aws" {}

variables {
  description = "Roles"
  name        = "nightshift-prod-job-member"
  region      = "eu-west-1"
  template    = "{\"Resources\": {}}"
  unit_ids    = ["ou-abcd-11112222"]
}

run "who_joins_gets_it_and_who_leaves_loses_it" {
  command = plan

  assert {
    condition     = aws_cloudformation_stack_set.this.auto_deployment[0].enabled && !aws_cloudformation_stack_set.this.auto_deployment[0].retain_stacks_on_account_removal
    error_message = "A role would stay in an account that left."
  }

  assert {
    condition     = aws_cloudformation_stack_set_instance.this.deployment_targets[0].account_filter_type == null
    error_message = "Somebody is left out that nobody excluded."
  }
}

run "who_is_excluded_gets_nothing" {
  command = plan

  variables {
    excluded_accounts = ["444455556666"]
  }

  assert {
    condition     = aws_cloudformation_stack_set_instance.this.deployment_targets[0].account_filter_type == "DIFFERENCE" && aws_cloudformation_stack_set_instance.this.deployment_targets[0].accounts == toset(["444455556666"])
    error_message = "The targets are ${jsonencode(aws_cloudformation_stack_set_instance.this.deployment_targets)}."
  }
}

run "a_unit_goes_by_its_id" {
  command = plan

  variables {
    unit_ids = ["Root/Workloads"]
  }

  expect_failures = [var.unit_ids]
}

run "it_goes_somewhere" {
  command = plan

  variables {
    unit_ids = []
  }

  expect_failures = [var.unit_ids]
}

run "an_account_has_twelve_digits" {
  command = plan

  variables {
    excluded_accounts = ["12"]
  }

  expect_failures = [var.excluded_accounts]
}

run "a_template_fits_into_cloudformation" {
  command = plan

  variables {
    template = "{\"Resources\": {\"x\": \"${join("", [for number in range(1024) : "12345678901234567890123456789012345678901234567890"])}\"}}"
  }

  expect_failures = [aws_cloudformation_stack_set.this]
}

run "a_template_has_resources" {
  command = plan

  variables {
    template = "{}"
  }

  expect_failures = [var.template]
}

run "it_is_called_as_one_of_two" {
  command = plan

  variables {
    call_as = "ROOT"
  }

  expect_failures = [var.call_as]
}

run "a_name_is_one_of_cloudformations" {
  command = plan

  variables {
    name = "1-set"
  }

  expect_failures = [var.name]
}
