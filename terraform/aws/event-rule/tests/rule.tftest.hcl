mock_provider "aws" {}

variables {
  dead_letter_queue_arn = "arn:aws:sqs:eu-west-1:111122223333:dead-letters"
  description           = "Hands findings to a job"
  function_arn          = "arn:aws:lambda:eu-west-1:111122223333:function:job"
  name                  = "nightshift-dev-job-findings"
  pattern               = "{\"source\":[\"aws.config\"]}"
}

run "only_this_rule_may_call_the_function_and_nothing_is_lost" {
  command = plan

  assert {
    condition     = module.permission.statement_id == var.name
    error_message = "The rule may not call the function."
  }

  assert {
    condition     = aws_cloudwatch_event_target.this.dead_letter_config[0].arn == var.dead_letter_queue_arn
    error_message = "An event that was not handed over is lost."
  }
}

run "a_pattern_names_its_source" {
  command = plan

  variables {
    pattern = jsonencode({ detail-type = ["x"] })
  }

  expect_failures = [var.pattern]
}

run "a_pattern_is_json" {
  command = plan

  variables {
    pattern = "source=aws.config"
  }

  expect_failures = [var.pattern]
}

run "a_name_fits" {
  command = plan

  variables {
    name = "rule for config"
  }

  expect_failures = [var.name]
}
