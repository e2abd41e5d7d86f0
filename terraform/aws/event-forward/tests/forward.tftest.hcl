mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

override_resource {
  target          = aws_cloudwatch_event_rule.this
  override_during = plan
  values          = { arn = "arn:aws:events:us-east-1:111122223333:rule/nightshift-dev-job-health" }
}

variables {
  account               = { id = "111122223333", partition = "aws" }
  dead_letter_queue_arn = "arn:aws:sqs:us-east-1:111122223333:dead-letters"

  description = "Hands events over"
  name        = "nightshift-dev-job-health"
  pattern     = "{\"source\":[\"aws.health\"]}"
  region      = "eu-west-1"
}

run "its_role_may_put_events_on_that_one_bus_and_nothing_else" {
  command = plan

  assert {
    condition = [
      for statement in data.aws_iam_policy_document.this.statement :
      "${one(statement.actions)} ${one(statement.resources)}"
    ] == ["events:PutEvents arn:aws:events:eu-west-1:111122223333:event-bus/default"]
    error_message = "The role may do something else."
  }

  assert {
    condition = {
      for condition in one(data.aws_iam_policy_document.trust.statement).condition : "${condition.test} ${condition.variable}" => one(condition.values)
      } == {
      "ArnEquals aws:SourceArn"        = "arn:aws:events:us-east-1:111122223333:rule/nightshift-dev-job-health"
      "StringEquals aws:SourceAccount" = "111122223333"
    }
    error_message = "Rules of other accounts could use the role."
  }
}

run "a_pattern_names_its_source" {
  command = plan

  variables {
    pattern = jsonencode({ detail-type = ["x"] })
  }

  expect_failures = [var.pattern]
}

run "a_region_is_a_region" {
  command = plan

  variables {
    region = "Ireland"
  }

  expect_failures = [var.region]
}

run "a_name_fits" {
  command = plan

  variables {
    name = "a rule"
  }

  expect_failures = [var.name]
}
