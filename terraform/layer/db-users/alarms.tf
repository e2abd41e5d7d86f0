# Everything worth a person's look, each with its paragraph of the runbook. Nothing says when an event should have come, so
# there is no alarm on silence.

module "alarms" {
  source = "../../aws/job-alarms"

  account           = var.account
  actions           = var.alarms.actions
  dead_letter_queue = { name = module.dead_letters.name }
  failed            = { summary = "Some database users are not as an event wants them.", runbook = "users-not-as-they-should-be" }
  function_name     = module.function.name
  guard_runbook     = "too-many-users-to-drop"
  keeps_reports     = var.report_bucket != null
  runbook_url       = var.runbook_url
  tags              = local.tags

  more = {
    deferred = {
      metric  = "Deferred"
      summary = "Some database users were put off; nothing takes them up until the event is sent again."
      runbook = "users-not-as-they-should-be"
    }
  }
}
