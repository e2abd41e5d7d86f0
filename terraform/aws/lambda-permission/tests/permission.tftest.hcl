mock_provider "aws" {}

variables {
  function_arn   = "arn:aws:lambda:eu-west-1:111122223333:function:job"
  name           = "secrets-manager"
  principal      = "secretsmanager.amazonaws.com"
  source_account = "111122223333"
}

run "a_service_may_call_it_for_this_account" {
  command = plan

  assert {
    condition     = "${aws_lambda_permission.this.principal} ${aws_lambda_permission.this.source_account}" == "secretsmanager.amazonaws.com 111122223333"
    error_message = "Somebody else may call it."
  }
}

run "never_for_everybody" {
  command = plan

  variables {
    source_account = null
  }

  expect_failures = [var.source_account]
}

run "a_name_fits" {
  command = plan

  variables {
    name = "secrets manager"
  }

  expect_failures = [var.name]
}
