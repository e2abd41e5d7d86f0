# Everything worth a person's look, each with its paragraph of the runbook.

module "alarms" {
  source = "../../aws/job-alarms"

  account           = var.account
  actions           = var.alarms.actions
  dead_letter_queue = { name = module.dead_letters.name }
  failed            = { summary = "A clone could not be made.", runbook = "clone-not-made" }
  function_name     = module.function.name
  keeps_reports     = var.report_bucket != null
  no_run_hours      = var.alarms.no_run_hours
  runbook_url       = var.runbook_url
  schedules         = { schedule = module.schedule.group_name }
  standing_days     = var.alarms.standing_days
  tags              = local.tags

  more = {
    unfinished = {
      kind    = "standing"
      metric  = "Blocked"
      summary = "For days, a clone has stood that was begun and never handed over."
      runbook = "clone-not-made"
    }
  }
}
