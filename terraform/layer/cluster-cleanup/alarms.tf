# Everything worth a person's look, each with its paragraph of the runbook.

locals {
  ours      = { namespace = "Nightshift", dimensions = { Function = local.job } }
  lambda    = { namespace = "AWS/Lambda", dimensions = { FunctionName = module.function.name } }
  queue     = { namespace = "AWS/SQS", dimensions = { QueueName = module.dead_letters.name } }
  from_logs = { namespace = "Nightshift/${local.name}", dimensions = {} }

  # One value a night: a day is a period, and what stands for some days is true in each of them.
  standing = { statistic = "Maximum", period_seconds = 86400, periods = var.alarms.standing_days }
  once     = { statistic = "Sum", period_seconds = 300, periods = 1 }

  alarms = {
    run-fault = merge(local.ours, local.once, {
      metric  = "RunFaults"
      summary = "A run did not take place."
      runbook = "run-fault"
    })
    errors = merge(local.lambda, local.once, {
      metric  = "Errors"
      summary = "An invocation failed: a run that did not take place, a crash or a timeout."
      runbook = "run-fault"
    })
    failed-items = merge(local.ours, local.once, {
      metric  = "Failed"
      summary = "Some clusters or snapshots could not be worked on."
      runbook = "failed-items"
    })
    guard-tripped = merge(local.ours, local.once, {
      metric  = "GuardTripped"
      summary = "The plan was over a cap, or not the reviewed one; nothing was done."
      runbook = "guard-tripped"
    })
    malformed-tags = merge(local.ours, local.standing, {
      metric  = "MalformedTags"
      summary = "For days, a cluster or snapshot has carried an expiry that cannot be read."
      runbook = "malformed-tags"
    })
    blocked = merge(local.ours, local.standing, {
      metric  = "Blocked"
      summary = "For days, something has stood in the way of clusters that are due."
      runbook = "blocked"
    })
    unreadable-region = merge(local.ours, local.once, {
      metric  = "UnreadableRegions"
      summary = "A Region's clusters could not be listed."
      runbook = "unreadable-region"
    })
    notices-not-sent = merge(local.ours, local.once, {
      metric  = "NoticesFailed"
      summary = "Somebody could not be told; a cluster whose owner could not be told before stays."
      runbook = "notices-not-sent"
    })
    no-run = merge(local.ours, {
      metric         = "Runs"
      summary        = "No run has finished in ${var.alarms.no_run_hours} hours."
      runbook        = "no-run"
      comparison     = "LessThanThreshold"
      missing_data   = "breaching"
      period_seconds = 3600
      periods        = var.alarms.no_run_hours
      statistic      = "Sum"
    })
    deferred = merge(local.ours, local.standing, {
      metric  = "Deferred"
      periods = 2
      summary = "Work was put off on two nights in a row."
      runbook = "throttled"
    })
    throttles = merge(local.lambda, local.once, {
      metric  = "Throttles"
      summary = "Lambda turned an invocation away."
      runbook = "invocation-turned-away"
    })
    dead-letters = merge(local.queue, local.once, {
      metric    = "ApproximateNumberOfMessagesVisible"
      statistic = "Maximum"
      summary   = "An event was given up after its last retry."
      runbook   = "dead-letters"
    })
    snapshot-not-marked = merge(local.from_logs, local.once, {
      metric  = "SnapshotsNotMarked"
      summary = "A final snapshot could not be tagged; best mended within minutes."
      runbook = "snapshot-not-marked"
    })
  }

  # Only a function that keeps reports says whether it could.
  alarms_of_bucket = var.report_bucket == null ? {} : {
    reports-not-kept = merge(local.ours, local.once, {
      metric  = "ReportsNotKept"
      summary = "A run's report is in the log and not in the bucket."
      runbook = "reports-not-kept"
    })
  }
}

module "alarm" {
  source   = "../../aws/alarm"
  for_each = merge(local.alarms, local.alarms_of_bucket)

  actions        = var.alarms.actions
  comparison     = try(each.value.comparison, null)
  dimensions     = each.value.dimensions
  metric         = each.value.metric
  missing_data   = try(each.value.missing_data, null)
  name           = "${local.name}-${each.key}"
  namespace      = each.value.namespace
  period_seconds = each.value.period_seconds
  periods        = each.value.periods
  runbook        = "${var.runbook_url}#${each.value.runbook}"
  statistic      = each.value.statistic
  summary        = each.value.summary
  tags           = local.tags
}

# This code is a matter of minutes and has no metric of its own; the log line is what tells.
resource "aws_cloudwatch_log_metric_filter" "snapshot_not_marked" {
  log_group_name = module.function.log_group_name
  name           = "${local.name}-snapshot-not-marked"
  pattern        = "\"snapshot-not-marked\""

  metric_transformation {
    name      = "SnapshotsNotMarked"
    namespace = local.from_logs.namespace
    value     = "1"
  }
}
