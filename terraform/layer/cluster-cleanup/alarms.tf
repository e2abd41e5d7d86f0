# Everything worth a person's look, each with its paragraph of the runbook.

module "alarms" {
  source = "../../aws/job-alarms"

  account           = var.account
  actions           = var.alarms.actions
  dead_letter_queue = { name = module.dead_letters.name }
  failed            = { summary = "Some clusters or snapshots could not be worked on." }
  function_name     = module.function.name
  keeps_reports     = var.report_bucket != null
  no_run_hours      = var.alarms.no_run_hours
  runbook_url       = var.runbook_url
  schedules         = { schedule = module.schedule.group_name }
  standing_days     = var.alarms.standing_days
  tags              = local.tags

  more = {
    blocked = {
      kind    = "standing"
      metric  = "Blocked"
      summary = "For days, something has stood in the way of clusters that are due."
      runbook = "blocked"
    }
    malformed-tags = {
      kind    = "standing"
      metric  = "MalformedTags"
      summary = "For days, a cluster or snapshot has carried an expiry that cannot be read."
      runbook = "malformed-tags"
    }
    snapshot-not-marked = {
      metric  = "SnapshotsNotMarked"
      source  = "log"
      summary = "A final snapshot could not be tagged; best mended within minutes."
      runbook = "snapshot-not-marked"
    }
    unreadable-region = {
      metric  = "UnreadableRegions"
      summary = "A Region's clusters could not be listed."
      runbook = "unreadable-region"
    }
  }
}

# This code is a matter of minutes and has no metric of its own; the log line is what tells.
resource "aws_cloudwatch_log_metric_filter" "snapshot_not_marked" {
  log_group_name = module.function.log_group_name
  name           = "${local.name}-snapshot-not-marked"
  pattern        = "\"snapshot-not-marked\""

  metric_transformation {
    name      = "SnapshotsNotMarked"
    namespace = module.alarms.log_namespace
    value     = "1"
  }
}
