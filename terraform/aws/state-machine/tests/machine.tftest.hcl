provider "aws" {
  access_key                  = "none"
  region                      = "eu-west-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

# A definition that is known while planning is handed to AWS to be looked at; nobody is there.
override_resource {
  target = aws_sfn_state_machine.this
}

variables {
  account = {
    dns_suffix = "amazonaws.com"
    id         = "111122223333"
    partition  = "aws"
    region     = "eu-west-1"
  }

  definition = "{\"StartAt\": \"End\", \"States\": {\"End\": {\"Type\": \"Succeed\"}}}"
  name       = "nightshift-dev-run"
  policy     = "{}"
}

run "it_logs_no_data_and_is_traced_and_its_log_outlives_it" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/vendedlogs/states/nightshift-dev-run" && aws_cloudwatch_log_group.this.skip_destroy
    error_message = "The record goes with the machine."
  }

  assert {
    condition     = aws_sfn_state_machine.this.logging_configuration[0].level == "ALL" && !aws_sfn_state_machine.this.logging_configuration[0].include_execution_data
    error_message = "The log is: ${jsonencode(aws_sfn_state_machine.this.logging_configuration)}"
  }

  assert {
    condition     = aws_sfn_state_machine.this.tracing_configuration[0].enabled && aws_sfn_state_machine.this.type == "STANDARD"
    error_message = "It leaves no trace."
  }
}

run "only_this_machine_and_its_maps_use_the_role" {
  command = plan

  assert {
    condition = jsondecode(data.aws_iam_policy_document.trust.json).Statement[0].Condition == {
      ArnLike      = { "aws:SourceArn" = ["arn:aws:states:eu-west-1:111122223333:stateMachine:nightshift-dev-run", "arn:aws:states:eu-west-1:111122223333:stateMachine:nightshift-dev-run/*"] }
      StringEquals = { "aws:SourceAccount" = "111122223333" }
    }
    error_message = data.aws_iam_policy_document.trust.json
  }
}

run "without_a_map_it_may_not_start_itself" {
  command = plan

  assert {
    condition     = !strcontains(module.access.platform, "states:")
    error_message = module.access.platform
  }
}

run "with_a_map_it_starts_follows_stops_and_redrives_its_own_executions" {
  command = plan

  variables {
    distributes = true
  }

  assert {
    condition = {
      for statement in jsondecode(module.access.platform).Statement :
      join(" ", flatten([statement.Action])) => flatten([statement.Resource]) if strcontains(jsonencode(statement.Action), "states:")
      } == {
      "states:StartExecution" = ["arn:aws:states:eu-west-1:111122223333:stateMachine:nightshift-dev-run"]
      "states:StopExecution states:RedriveExecution states:DescribeExecution" = [
        "arn:aws:states:eu-west-1:111122223333:execution:nightshift-dev-run:*",
        "arn:aws:states:eu-west-1:111122223333:execution:nightshift-dev-run/*",
      ]
    }
    error_message = module.access.platform
  }
}

run "a_definition_is_a_machine" {
  command = plan

  variables {
    definition = "{\"States\": {}}"
  }

  expect_failures = [var.definition]
}

run "its_name_is_also_that_of_a_role" {
  command = plan

  variables {
    name = "nightshift-production-of-the-whole-company-and-all-its-daughters-run"
  }

  expect_failures = [var.name]
}

run "a_log_is_kept_for_a_term_that_there_is" {
  command = plan

  variables {
    log_retention_days = 42
  }

  expect_failures = [var.log_retention_days]
}
