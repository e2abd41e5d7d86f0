mock_provider "aws" {}

variables {
  actions   = ["arn:aws:sns:eu-west-1:111122223333:alarms"]
  metric    = "Failed"
  name      = "nightshift-dev-job-failed-items"
  namespace = "Nightshift"
  runbook   = "docs/runbook.md#failed-items"
  summary   = "Some items failed."
}

run "it_tells_what_happened_and_what_to_read" {
  command = plan

  assert {
    condition     = aws_cloudwatch_metric_alarm.this.alarm_description == "Some items failed. docs/runbook.md#failed-items"
    error_message = "It says: ${aws_cloudwatch_metric_alarm.this.alarm_description}"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this.alarm_actions == toset(var.actions)
    error_message = "It tells ${jsonencode(aws_cloudwatch_metric_alarm.this.alarm_actions)}."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this.treat_missing_data == "notBreaching"
    error_message = "Silence would raise it."
  }
}

run "a_link_leads_to_a_paragraph" {
  command = plan

  variables {
    runbook = "docs/runbook.md"
  }

  expect_failures = [var.runbook]
}

run "it_looks_back_at_most_a_week" {
  command = plan

  variables {
    period_seconds = 86400
    periods        = 8
  }

  expect_failures = [var.period_seconds]
}

run "a_statistic_is_one_of_five" {
  command = plan

  variables {
    statistic = "Median"
  }

  expect_failures = [var.statistic]
}

run "a_comparison_is_one_of_four" {
  command = plan

  variables {
    comparison = ">="
  }

  expect_failures = [var.comparison]
}

run "missing_data_is_one_of_four" {
  command = plan

  variables {
    missing_data = "fine"
  }

  expect_failures = [var.missing_data]
}

run "the_metric_of_another_account_is_named_with_it" {
  command = plan

  variables {
    metric_account_id = "444455556666"
  }

  assert {
    condition = (
      one(aws_cloudwatch_metric_alarm.this.metric_query).account_id == "444455556666" &&
      aws_cloudwatch_metric_alarm.this.metric_name == null
    )
    error_message = jsonencode(aws_cloudwatch_metric_alarm.this.metric_query)
  }
}

run "short_periods_look_back_at_most_a_day" {
  command = plan

  variables {
    period_seconds = 300
    periods        = 289
  }

  expect_failures = [var.period_seconds]
}
