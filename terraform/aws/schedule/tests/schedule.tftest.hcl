mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  account = {
    dns_suffix = "amazonaws.com"
    id         = "111122223333"
    partition  = "aws"
    region     = "eu-west-1"
  }

  dead_letter_queue = { arn = "arn:aws:sqs:eu-west-1:111122223333:dead-letters" }
  description       = "Calls a job"
  expression        = "cron(0 2 * * ? *)"
  name              = "nightshift-dev-job"
  target            = { arn = "arn:aws:lambda:eu-west-1:111122223333:function:job" }
}

run "it_fires_on_the_minute_and_keeps_what_it_could_not_hand_over" {
  command = plan

  assert {
    condition     = aws_scheduler_schedule.this.flexible_time_window[0].mode == "OFF"
    error_message = "A window nobody asked for."
  }

  assert {
    condition     = aws_scheduler_schedule.this.target[0].dead_letter_config[0].arn == var.dead_letter_queue.arn
    error_message = "An event that was not handed over is lost."
  }

  assert {
    condition     = aws_scheduler_schedule.this.state == "ENABLED"
    error_message = "It does not fire."
  }
}

run "its_role_may_call_this_function_and_nothing_else" {
  command = plan

  assert {
    condition = {
      for statement in data.aws_iam_policy_document.this.statement : one(statement.actions) => one(statement.resources)
      } == {
      "lambda:InvokeFunction" = var.target.arn
      "sqs:SendMessage"       = var.dead_letter_queue.arn
    }
    error_message = "The role may do something else."
  }
}

run "schedules_of_this_group_use_the_role_and_no_others" {
  command = plan

  override_resource {
    target          = aws_scheduler_schedule_group.this
    override_during = plan
    values          = { arn = "arn:aws:scheduler:eu-west-1:111122223333:schedule-group/nightshift-dev-job" }
  }

  assert {
    condition = {
      for condition in one(data.aws_iam_policy_document.trust.statement).condition : condition.variable => one(condition.values)
      } == {
      "aws:SourceAccount" = "111122223333"
      "aws:SourceArn"     = "arn:aws:scheduler:eu-west-1:111122223333:schedule-group/nightshift-dev-job"
    }
    error_message = "Any schedule could have the role used on its behalf."
  }
}

run "a_window_and_an_input_are_taken" {
  command = plan

  variables {
    input          = jsonencode({ mode = "plan" })
    window_minutes = 15
  }

  assert {
    condition     = aws_scheduler_schedule.this.flexible_time_window[0].maximum_window_in_minutes == 15
    error_message = "The window is lost."
  }

  assert {
    condition     = jsondecode(aws_scheduler_schedule.this.target[0].input).mode == "plan"
    error_message = "The input is lost."
  }
}

run "a_cron_of_five_fields_is_refused" {
  command = plan

  variables {
    expression = "cron(0 2 * * *)"
  }

  expect_failures = [var.expression]
}

run "an_expression_needs_its_kind" {
  command = plan

  variables {
    expression = "0 2 * * ? *"
  }

  expect_failures = [var.expression]
}

run "an_input_is_json" {
  command = plan

  variables {
    input = "{mode: plan}"
  }

  expect_failures = [var.input]
}

run "a_window_is_at_most_a_day" {
  command = plan

  variables {
    window_minutes = 1441
  }

  expect_failures = [var.window_minutes]
}

run "the_name_leaves_room_for_that_of_the_role" {
  command = plan

  variables {
    name = "nightshift-production-of-the-whole-company-cluster-cleanup"
  }

  expect_failures = [var.name]
}

run "a_state_machine_is_started" {
  command = plan

  variables {
    dead_letter_queue = null
    target = {
      action = "states:StartExecution"
      arn    = "arn:aws:states:eu-west-1:111122223333:stateMachine:fleet"
    }
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.this.statement : "${one(statement.actions)} ${one(statement.resources)}"] == ["states:StartExecution arn:aws:states:eu-west-1:111122223333:stateMachine:fleet"]
    error_message = "The role may do something else."
  }

  assert {
    condition     = length(aws_scheduler_schedule.this.target[0].dead_letter_config) == 0
    error_message = "It sends to a queue that is not there."
  }
}

run "nothing_else_is_called" {
  command = plan

  variables {
    target = { action = "iam:CreateUser", arn = "arn:aws:iam::111122223333:user/x" }
  }

  expect_failures = [var.target]
}

run "with_a_key_of_yours_its_role_may_read_the_input_of_this_schedule" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/ours"
  }

  assert {
    condition = one([
      for statement in data.aws_iam_policy_document.this.statement :
      { for condition in statement.condition : condition.variable => one(condition.values) }
      if statement.sid == "ReadItsInput"
      ]) == {
      "kms:EncryptionContext:aws:scheduler:schedule:arn" = "arn:aws:scheduler:eu-west-1:111122223333:schedule/nightshift-dev-job/nightshift-dev-job"
      "kms:ViaService"                                   = "scheduler.eu-west-1.amazonaws.com"
    }
    error_message = jsonencode(data.aws_iam_policy_document.this.statement)
  }
}

run "one_of_the_two_days_is_left_open" {
  command = plan

  variables {
    expression = "cron(0 2 * * * *)"
  }

  expect_failures = [var.expression]
}

run "not_both_days_are_left_open" {
  command = plan

  variables {
    expression = "cron(0 2 ? * ? *)"
  }

  expect_failures = [var.expression]
}

run "a_day_of_the_week_is_taken" {
  command = plan

  variables {
    expression = "cron(0 2 ? * MON-FRI *)"
  }
}

run "it_goes_by_the_clock_of_its_zone" {
  command = plan

  variables {
    time_zone = "Europe/Madrid"
  }

  assert {
    condition     = aws_scheduler_schedule.this.schedule_expression_timezone == "Europe/Madrid"
    error_message = "It goes by ${coalesce(aws_scheduler_schedule.this.schedule_expression_timezone, "UTC")}."
  }
}
