mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  account = { id = "111122223333", partition = "aws", region = "eu-west-1" }
  name    = "nightshift-dev-job-dead-letters"
}

run "its_arn_is_known_before_it_is_there" {
  command = plan

  assert {
    condition     = output.arn == "arn:aws:sqs:eu-west-1:111122223333:nightshift-dev-job-dead-letters"
    error_message = output.arn
  }
}

run "it_is_encrypted_by_sqs_and_keeps_events_two_weeks" {
  command = plan

  assert {
    condition     = aws_sqs_queue.this.sqs_managed_sse_enabled
    error_message = "The queue is not encrypted."
  }

  assert {
    condition     = aws_sqs_queue.this.message_retention_seconds == 1209600
    error_message = "Events are kept ${aws_sqs_queue.this.message_retention_seconds} seconds."
  }
}

run "with_a_key_of_yours_that_encrypts_instead" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/ours"
  }

  assert {
    condition     = aws_sqs_queue.this.kms_master_key_id == var.kms_key_arn
    error_message = "The key is not used."
  }
}

run "nobody_may_send_without_a_role" {
  command = plan

  assert {
    condition     = length(aws_sqs_queue_policy.this) == 0
    error_message = "The queue has a policy that nobody needs."
  }
}

run "the_rules_that_are_named_may_and_no_others" {
  command = plan

  variables {
    rule_arns = ["arn:aws:events:eu-west-1:111122223333:rule/findings"]
  }

  assert {
    condition = flatten([
      for condition in one(data.aws_iam_policy_document.this.statement[*].condition) : condition.values
    ]) == ["arn:aws:events:eu-west-1:111122223333:rule/findings"]
    error_message = jsonencode(data.aws_iam_policy_document.this.statement)
  }

  assert {
    condition     = length(aws_sqs_queue_policy.this) == 1
    error_message = "The policy is not set."
  }
}

run "events_wait_at_most_two_weeks" {
  command = plan

  variables {
    retention_days = 15
  }

  expect_failures = [var.retention_days]
}

run "a_name_has_no_dots" {
  command = plan

  variables {
    name = "dead.letters"
  }

  expect_failures = [var.name]
}
