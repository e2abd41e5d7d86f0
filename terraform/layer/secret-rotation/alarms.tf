# Everything worth a person's look, each with its paragraph of the runbook. How often a secret is rotated its own schedule says,
# and CloudWatch looks back seven days at most: silence is an alarm where no_run_hours says how long it may last.
#
# An alarm for each secret would cost a metric and an alarm each, and could wait no longer than those seven days for a secret that
# is mostly rotated once a month. So one alarm is raised for all of them, and its text leads to the line of the log that names the
# secret; when each was rotated last, and which is past its date, the command says, which asks Secrets Manager.

locals {
  # What CloudWatch Logs Insights is asked with. The lines are those of docs/cluster-cleanup.md.
  which_failed = join(" | ", [
    "filter @message like /item.outcome\":\"(failed|deferred|skipped)|run did not take place/",
    "display @timestamp, item.id, reason.code, reason.message, error.message",
  ])
}

module "alarms" {
  source = "../../aws/job-alarms"

  account = var.account
  actions = var.alarms.actions

  failed = {
    summary = "A step of a rotation failed; Secrets Manager tries it again, and then gives up. Which secret: ask Logs Insights on ${module.function.log_group_name}: ${local.which_failed}"
    runbook = "rotation-failed"
  }

  function_name = module.function.name
  keeps_reports = var.report_bucket != null
  runbook_url   = var.runbook_url
  tags          = local.tags

  more = var.alarms.overdue_days == null ? {} : {
    overdue = {
      comparison   = "LessThanThreshold"
      metric       = "Rotated"
      missing_data = "breaching"
      periods      = var.alarms.overdue_days
      kind         = "daily"
      summary      = "No secret was rotated for ${coalesce(var.alarms.overdue_days, 1)} days. Which are past their date: nightshift secrets list --all --overdue --region ${var.account.region}"
      runbook      = "rotation-overdue"
    }
  }
}
