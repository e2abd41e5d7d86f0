# The alarms of one function: those every job has, and what its layer adds. Each leads to a paragraph of the runbook.

locals {
  sources = {
    job     = { namespace = "Nightshift", dimensions = { Function = var.function_name } }
    lambda  = { namespace = "AWS/Lambda", dimensions = { FunctionName = var.function_name } }
    log     = { namespace = "Nightshift/${var.function_name}", dimensions = {} }
    letters = { namespace = "AWS/SQS", dimensions = { QueueName = try(var.dead_letter_queue.name, "none") } }
  }

  # What is true once, and what has to stay so for days: one value a night, a day is a period.
  kinds = {
    daily    = { period_seconds = 86400, periods = 1, statistic = "Maximum" }
    once     = { period_seconds = 300, periods = 1, statistic = "Sum" }
    standing = { period_seconds = 86400, periods = var.standing_days, statistic = "Maximum" }
    repeated = { period_seconds = 86400, periods = 2, statistic = "Maximum" }
  }

  common = {
    run-fault = {
      metric  = "RunFaults"
      summary = "A run did not take place, or did not do what its event asked for."
      runbook = "run-fault"
    }
    errors = {
      metric  = "Errors"
      source  = "lambda"
      summary = "An invocation failed: a run that did not take place, a crash or a timeout."
      runbook = "run-fault"
    }
    failed-items = {
      metric  = "Failed"
      summary = var.failed.summary
      runbook = var.failed.runbook
    }
    guard-tripped = {
      metric  = "GuardTripped"
      summary = "The plan was over a cap, or not the reviewed one; nothing was done."
      runbook = var.guard_runbook
    }
    notices-not-sent = {
      metric  = "NoticesFailed"
      summary = "Somebody could not be told; what had to wait for that waits."
      runbook = "notices-not-sent"
    }
    throttles = {
      metric  = "Throttles"
      source  = "lambda"
      summary = "Lambda turned an invocation away."
      runbook = "invocation-turned-away"
    }
  }

  # Whoever hands an event over and cannot says so in a metric of its own; the queue of dead letters may be what it lacks.
  handed_over = merge(
    {
      for name, group in var.schedules : "${name}-target-failed" => {
        dimensions = { ScheduleGroup = group }
        metric     = "TargetErrorCount"
        namespace  = "AWS/Scheduler"
        summary    = "The schedule could not call the function."
        runbook    = "event-not-handed-over"
      }
    },
    {
      for name, group in var.schedules : "${name}-dropped" => {
        dimensions = { ScheduleGroup = group }
        metric     = "InvocationDroppedCount"
        namespace  = "AWS/Scheduler"
        summary    = "The schedule gave up calling the function."
        runbook    = "event-not-handed-over"
      }
    },
    {
      for name, rule in var.rules : "${name}-rule-failed" => {
        dimensions = { RuleName = rule }
        metric     = "FailedInvocations"
        namespace  = "AWS/Events"
        summary    = "A rule could not hand an event to the function."
        runbook    = "event-not-handed-over"
      }
    },
    # Each end of an execution that is no success has a metric of its own.
    merge([
      for end, metric in { failed = "ExecutionsFailed", timed-out = "ExecutionsTimedOut", aborted = "ExecutionsAborted" } : {
        for name, arn in var.state_machines : "${name}-execution-${end}" => {
          dimensions = { StateMachineArn = arn }
          metric     = metric
          namespace  = "AWS/States"
          summary    = "An execution of the state machine that runs the function did not end well (${end})."
          runbook    = "event-not-handed-over"
        }
      }
    ]...),
  )

  # Only a function that keeps reports says whether it could; only a job with a schedule can miss a run, or put work off
  # from one to the next.
  where_so = {
    dead-letters = {
      there     = var.dead_letter_queue != null
      metric    = "ApproximateNumberOfMessagesVisible"
      source    = "letters"
      statistic = "Maximum"
      summary   = "An event was given up after its last retry."
      runbook   = "dead-letters"
    }
    destination-failed = {
      there   = var.dead_letter_queue != null
      metric  = "DestinationDeliveryFailures"
      source  = "lambda"
      summary = "An event that failed could not be kept in the queue of dead letters; it is lost."
      runbook = "event-not-handed-over"
    }
    reports-not-kept = {
      there   = var.keeps_reports
      metric  = "ReportsNotKept"
      summary = "A run's report is in the log and not in the bucket."
      runbook = "reports-not-kept"
    }
    no-run = {
      there          = var.no_run_hours != null
      comparison     = "LessThanThreshold"
      metric         = "Runs"
      missing_data   = "breaching"
      period_seconds = 3600
      periods        = coalesce(var.no_run_hours, 1)
      summary        = "No run has finished in ${coalesce(var.no_run_hours, 1)} hours."
      runbook        = "no-run"
    }
    deferred = {
      there   = var.no_run_hours != null
      kind    = "repeated"
      metric  = "Deferred"
      summary = "Work was put off on two nights in a row."
      runbook = "throttled"
    }
  }

  there = { for name, alarm in local.where_so : name => alarm if alarm.there }

  alarms = {
    for name, alarm in merge(local.common, local.there, local.handed_over, var.more) : name => merge(
      local.kinds[try(coalesce(alarm.kind), "once")],
      local.sources[try(coalesce(alarm.source), "job")],
      { for key, value in alarm : key => value if value != null },
    )
  }
}

module "alarm" {
  source   = "../alarm"
  for_each = local.alarms

  actions           = var.actions
  comparison        = try(each.value.comparison, null)
  dimensions        = each.value.dimensions
  metric            = each.value.metric
  metric_account_id = var.metric_account_id
  missing_data      = try(each.value.missing_data, null)
  name              = "${var.function_name}-${each.key}"
  namespace         = each.value.namespace
  period_seconds    = each.value.period_seconds
  periods           = each.value.periods
  runbook           = "${var.runbook_url}#${each.value.runbook}"
  statistic         = each.value.statistic
  summary           = "Account ${coalesce(var.metric_account_id, var.account.id)}, ${var.account.region}: ${each.value.summary}"
  tags              = var.tags
  threshold         = try(each.value.threshold, null)
}
