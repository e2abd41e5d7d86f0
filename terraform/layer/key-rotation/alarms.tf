# Everything worth a person's look, each with its paragraph of the runbook.

module "alarms" {
  source = "../../aws/job-alarms"

  account           = var.account
  actions           = var.alarms.actions
  dead_letter_queue = { name = module.dead_letters.name }
  failed            = { summary = "Some users' keys could not be worked on." }
  function_name     = module.function.name
  keeps_reports     = var.report_bucket != null
  no_run_hours      = var.alarms.no_run_hours
  runbook_url       = var.runbook_url
  rules             = { for name, rule in module.rule : name => rule.name }
  schedules         = { for name, schedule in module.schedule : name => schedule.group_name }
  standing_days     = var.alarms.standing_days
  tags              = local.tags

  more = {
    keys-blocked = {
      kind    = "standing"
      metric  = "Blocked"
      summary = "For days, users have been left with keys that only a person can put right."
      runbook = "keys-blocked"
    }
    key-held = {
      kind    = "standing"
      metric  = "Held"
      summary = "For days, an old key has worked past its time."
      runbook = "key-held"
    }
    key-leaked = {
      metric  = "Leaked"
      summary = "A key was found in the open: it is off, or the run that was to switch it off failed."
      runbook = "key-leaked"
    }
    stray-key = {
      metric  = "Strays"
      summary = "A key was found in the open, and nobody here owns it."
      runbook = "key-leaked"
    }
    orphaned-key = {
      kind    = "repeated"
      metric  = "Orphans"
      summary = "Two days in a row, a key had been minted and never stored."
      runbook = "orphaned-key"
    }
    old-keys = {
      comparison = "GreaterThanThreshold"
      kind       = "daily"
      metric     = "OldestActiveKeyDays"
      summary    = "An active key is older than ${local.oldest} days."
      runbook    = "old-keys"
      threshold  = local.oldest
    }
  }
}
