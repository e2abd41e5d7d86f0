# Everything worth a person's look, each with its paragraph of the runbook.

module "alarms" {
  source = "../../aws/job-alarms"

  account           = var.account
  actions           = var.alarms.actions
  dead_letter_queue = { name = module.dead_letters.name }
  failed            = { summary = "The organisation, or its table of accounts, could not be kept on record.", runbook = "organisation-not-on-record" }
  function_name     = module.function.name
  keeps_reports     = var.report_bucket != null
  no_run_hours      = var.alarms.no_run_hours
  rules             = { for rule in module.rule : "changes" => rule.name }
  runbook_url       = var.runbook_url
  schedules         = { schedule = module.schedule.group_name }
  standing_days     = var.alarms.standing_days
  tags              = local.tags
}
