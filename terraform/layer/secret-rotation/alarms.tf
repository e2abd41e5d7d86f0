# Everything worth a person's look, each with its paragraph of the runbook. How often a secret is rotated its own schedule says,
# and CloudWatch looks back seven days at most: silence is an alarm where no_run_hours says how long it may last.

module "alarms" {
  source = "../../aws/job-alarms"

  account       = var.account
  actions       = var.alarms.actions
  failed        = { summary = "A step of a rotation failed; Secrets Manager tries it again, and then gives up.", runbook = "rotation-failed" }
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
      summary      = "No secret was rotated for ${coalesce(var.alarms.overdue_days, 1)} days."
      runbook      = "rotation-overdue"
    }
  }
}
