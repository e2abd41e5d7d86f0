mock_provider "aws" {}

variables {
  account           = { id = "111122223333", region = "eu-west-1" }
  actions           = ["arn:aws:sns:eu-west-1:111122223333:alarms"]
  dead_letter_queue = { name = "nightshift-dev-job-dead-letters" }
  failed            = { summary = "Some items failed." }
  function_name     = "nightshift-dev-job"
  keeps_reports     = false
  runbook_url       = "docs/runbook.md"
}

run "a_job_that_waits_for_events_has_the_alarms_of_every_job_and_none_on_silence" {
  command = plan

  assert {
    condition = keys(module.alarm) == [
      "dead-letters", "destination-failed", "errors", "failed-items", "guard-tripped", "notices-not-sent", "run-fault", "throttles",
    ]
    error_message = join(" ", keys(module.alarm))
  }
}

run "a_schedule_a_bucket_and_the_jobs_own_each_add_theirs" {
  command = plan

  variables {
    keeps_reports = true
    more          = { old = { comparison = "GreaterThanThreshold", kind = "standing", metric = "Age", runbook = "old-keys", summary = "Old.", threshold = 90 } }
    no_run_hours  = 26
    standing_days = 4
  }

  assert {
    condition     = length(setsubtract(["deferred", "no-run", "old", "reports-not-kept"], keys(module.alarm))) == 0
    error_message = join(" ", keys(module.alarm))
  }

  assert {
    condition = local.alarms.old == {
      comparison     = "GreaterThanThreshold"
      dimensions     = { Function = "nightshift-dev-job" }
      kind           = "standing"
      metric         = "Age"
      namespace      = "Nightshift"
      period_seconds = 86400
      periods        = 4
      runbook        = "old-keys"
      statistic      = "Maximum"
      summary        = "Old."
      threshold      = 90
    }
    error_message = jsonencode(local.alarms.old)
  }

  assert {
    condition = (
      local.alarms.no-run.missing_data == "breaching" && local.alarms.no-run.periods == 26 &&
      local.alarms.no-run.comparison == "LessThanThreshold" && local.alarms.no-run.statistic == "Sum"
    )
    error_message = "Silence would raise nothing."
  }

  assert {
    condition     = local.alarms.dead-letters.namespace == "AWS/SQS" && local.alarms.dead-letters.statistic == "Maximum"
    error_message = jsonencode(local.alarms.dead-letters)
  }
}

run "a_kind_is_one_of_four" {
  command = plan

  variables {
    more = { old = { kind = "weekly", metric = "Age", runbook = "old-keys", summary = "Old." } }
  }

  expect_failures = [var.more]
}

run "a_source_is_one_of_four" {
  command = plan

  variables {
    more = { old = { metric = "Age", runbook = "old-keys", source = "ses", summary = "Old." } }
  }

  expect_failures = [var.more]
}

run "no_alarm_looks_back_over_a_week" {
  command = plan

  variables {
    no_run_hours = 200
  }

  expect_failures = [var.no_run_hours]
}

run "no_standing_longer_than_a_week" {
  command = plan

  variables {
    standing_days = 8
  }

  expect_failures = [var.standing_days]
}

run "whoever_calls_the_function_is_watched_and_the_account_is_named" {
  command = plan

  variables {
    dead_letter_queue = null
    metric_account_id = "444455556666"
    rules             = { health = "nightshift-dev-job-health" }
    schedules         = { night = "nightshift-dev-job" }
    state_machines    = { fleet = "arn:aws:states:eu-west-1:111122223333:stateMachine:fleet" }
  }

  assert {
    condition = {
      for name, alarm in local.alarms : name => "${alarm.namespace} ${alarm.metric} ${join(" ", [for name, value in alarm.dimensions : "${name}=${value}"])}"
      if contains(keys(local.handed_over), name)
      } == {
      fleet-execution-aborted   = "AWS/States ExecutionsAborted StateMachineArn=arn:aws:states:eu-west-1:111122223333:stateMachine:fleet"
      fleet-execution-failed    = "AWS/States ExecutionsFailed StateMachineArn=arn:aws:states:eu-west-1:111122223333:stateMachine:fleet"
      fleet-execution-timed-out = "AWS/States ExecutionsTimedOut StateMachineArn=arn:aws:states:eu-west-1:111122223333:stateMachine:fleet"
      health-rule-failed        = "AWS/Events FailedInvocations RuleName=nightshift-dev-job-health"
      night-dropped             = "AWS/Scheduler InvocationDroppedCount ScheduleGroup=nightshift-dev-job"
      night-target-failed       = "AWS/Scheduler TargetErrorCount ScheduleGroup=nightshift-dev-job"
    }
    error_message = jsonencode(local.handed_over)
  }

  assert {
    condition     = !contains(keys(local.alarms), "dead-letters") && !contains(keys(local.alarms), "destination-failed")
    error_message = "There is an alarm on a queue that is not there."
  }
}

run "what_is_waiting_is_counted_at_its_most_and_what_happened_once_is_enough" {
  command = plan

  assert {
    condition = {
      for name, alarm in local.alarms : name => "${alarm.namespace} ${alarm.statistic} ${join(" ", [for key, value in alarm.dimensions : "${key}=${value}"])}"
      } == {
      dead-letters       = "AWS/SQS Maximum QueueName=nightshift-dev-job-dead-letters"
      destination-failed = "AWS/Lambda Sum FunctionName=nightshift-dev-job"
      errors             = "AWS/Lambda Sum FunctionName=nightshift-dev-job"
      failed-items       = "Nightshift Sum Function=nightshift-dev-job"
      guard-tripped      = "Nightshift Sum Function=nightshift-dev-job"
      notices-not-sent   = "Nightshift Sum Function=nightshift-dev-job"
      run-fault          = "Nightshift Sum Function=nightshift-dev-job"
      throttles          = "AWS/Lambda Sum FunctionName=nightshift-dev-job"
    }
    error_message = jsonencode(local.alarms)
  }
}
