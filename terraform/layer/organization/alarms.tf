# Everything worth a person's look, each with its paragraph of the runbook.

locals {
  phases   = local.applies ? ["canary", "plan", "rest"] : ["plan"]
  machine  = { StateMachineArn = local.machine_arn }
  schedule = { ScheduleGroup = local.name }

  alarms = merge(
    {
      for end, metric in { failed = "ExecutionsFailed", timed-out = "ExecutionsTimedOut", aborted = "ExecutionsAborted" } : "execution-${end}" => {
        dimensions                = local.machine
        metric                    = metric
        namespace                 = "AWS/States"
        runbook                   = "organisation-run-failed"
        summary                   = "A run through the organisation did not end well (${end}): more accounts failed than are tolerated, or one of its parts."
      }
    },
    {
      no-run = {
        comparison     = "LessThanThreshold"
        dimensions     = { Function = "${local.name}-report" }
        metric         = "ScheduledRuns"
        missing_data   = "breaching"
        namespace      = "Nightshift"
        period_seconds = 3600
        periods        = var.alarms.no_run_hours
        runbook        = "organisation-run-missing"
        summary        = "No run through the organisation that its schedule started has ended well in ${var.alarms.no_run_hours} hours."
      }
      guard-tripped = {
        dimensions = { Function = "${local.name}-report" }
        metric     = "GuardTripped"
        namespace  = "Nightshift"
        runbook    = "guard-tripped"
        summary    = "The plan of all accounts was over a cap of the whole run, or not the reviewed one; nothing was done in any."
      }
      accounts-failed = {
        dimensions = { Function = "${local.name}-report" }
        metric     = "AccountsFailed"
        namespace  = "Nightshift"
        runbook    = "organisation-account-failed"
        summary    = "Accounts failed in the run; its report says which, and why."
      }
      none-looked-at = {
        dimensions = { Function = "${local.name}-report" }
        metric     = "NoAccountLookedAt"
        namespace  = "Nightshift"
        runbook    = "organisation-run-failed"
        summary    = "A run through the organisation looked at no account: each was left alone, or the selection leaves none."
      }
      notices-not-sent = {
        dimensions = { Function = "${local.name}-report" }
        metric     = "NoticesFailed"
        namespace  = "Nightshift"
        runbook    = "notices-not-sent"
        summary    = "Somebody could not be told of the run."
      }
      schedule-target-failed = {
        dimensions = local.schedule
        metric     = "TargetErrorCount"
        namespace  = "AWS/Scheduler"
        runbook    = "event-not-handed-over"
        summary    = "The schedule could not start the run."
      }
      schedule-dropped = {
        dimensions = local.schedule
        metric     = "InvocationDroppedCount"
        namespace  = "AWS/Scheduler"
        runbook    = "event-not-handed-over"
        summary    = "The schedule gave up starting the run."
      }
      ended-early-rule-failed = {
        dimensions = { RuleName = module.ended_early.name }
        metric     = "FailedInvocations"
        namespace  = "AWS/Events"
        runbook    = "event-not-handed-over"
        summary    = "A run ended early, and the function that reports could not be called."
      }
      dead-letters = {
        dimensions = { QueueName = module.dead_letters.name }
        metric     = "ApproximateNumberOfMessagesVisible"
        namespace  = "AWS/SQS"
        runbook    = "dead-letters"
        statistic  = "Maximum"
        summary    = "An event was given up after its last retry."
      }
    },
    # What a map runs is an execution of a machine that has the map's label behind its name. A worker raises what running again can mend: it
    # failed in an account, tolerated or not.
    {
      for phase in local.phases : "${phase}-account-failed" => {
        dimensions = { StateMachineArn = "${local.machine_arn}/${phase}" }
        metric     = "ExecutionsFailed"
        namespace  = "AWS/States"
        runbook    = "organisation-account-failed"
        summary    = "An account could not be worked on (${phase})."
      }
    },
    {
      for part in setintersection(keys(local.parts), ["apply", "plan"]) : "${part}-throttles" => {
        dimensions = { FunctionName = "${local.name}-${part}" }
        metric     = "Throttles"
        namespace  = "AWS/Lambda"
        runbook    = "invocation-turned-away"
        summary    = "Lambda turned a worker away: more accounts at once than it has runs for."
      }
    },
  )
}

module "alarm" {
  source   = "../../aws/alarm"
  for_each = local.alarms

  actions        = var.alarms.actions
  comparison     = try(each.value.comparison, null)
  dimensions     = each.value.dimensions
  metric         = each.value.metric
  missing_data   = try(each.value.missing_data, null)
  name           = "${local.name}-${each.key}"
  namespace      = each.value.namespace
  period_seconds = try(each.value.period_seconds, 300)
  periods        = try(each.value.periods, 1)
  runbook        = "${var.runbook_url}#${each.value.runbook}"
  statistic      = try(each.value.statistic, "Sum")
  summary        = "Account ${var.account.id}, ${var.account.region}: ${each.value.summary}"
  tags           = local.tags
}
