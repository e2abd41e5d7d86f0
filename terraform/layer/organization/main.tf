# One job in every account of an organisation: the state machine, the functions it calls, the bucket of its record, the schedule, and who hears
# of what went wrong. What each part may do is in access/; the machine is in definition/; what the parts are told is in environment.tf.

locals {
  applies = var.mode == "apply"

  name = "${var.project}-${var.environment}-${var.job}-fleet"
  tags = merge(var.tags, { component = "${var.job}-fleet" })

  # Known before anything is there, so that a plan shows the whole of every role.
  bucket        = "${local.name}-${var.account.id}"
  function_arns = { for part in keys(local.parts) : part => "arn:${var.account.partition}:lambda:${var.account.region}:${var.account.id}:function:${local.name}-${part}" }
  machine_arn   = "arn:${var.account.partition}:states:${var.account.region}:${var.account.id}:stateMachine:${local.name}"
  members       = { for kind in ["apply", "read"] : kind => "${var.project}/${var.project}-${var.environment}-${var.job}-${kind}" }

  mails = try(var.notices.mail_from, null) != null

  # Only a run that says so counts for the alarm that there was none.
  scheduled = { started_by = "schedule" }

  ended_early = {
    source      = ["aws.states"]
    detail-type = ["Step Functions Execution Status Change"]
    detail = {
      stateMachineArn = [local.machine_arn]
      status          = ["ABORTED", "FAILED", "TIMED_OUT"]
    }
  }

  # There is nobody who could change anything unless somebody said apply.
  parts = merge(
    {
      judge  = "Judges what all accounts together would have changed"
      list   = "Says which accounts a run goes through"
      plan   = "Reads one account and plans what ${var.job} would do there"
      report = "Makes one report of all accounts, and tells people"
    },
    local.applies ? { apply = "Does in one account what was judged" } : {},
  )
}

module "bucket" {
  source = "../../aws/record-bucket"

  expire_days = var.record_days
  keep_days   = 30
  kms_key_arn = var.kms_key_arn
  name        = local.bucket
  tags        = local.tags
}

module "run_access" {
  source = "../../aws/run-access"

  account = var.account
  applies = local.applies
  job     = var.job
  notices = var.notices
}

# A worker tells owners alone. Mail does that where there is any, and then the topic and Slack are the report's.
module "owner_access" {
  source = "../../aws/run-access"

  account = var.account
  applies = local.applies
  job     = var.job
  notices = { for name, value in var.notices : name => value if !local.mails || !can(regex("^(slack_secret|sns_topic)_", name)) }
}

module "access" {
  source = "./access"

  account         = var.account
  applies         = local.applies
  bucket_arn      = "arn:${var.account.partition}:s3:::${local.bucket}"
  function_arns   = local.function_arns
  job             = var.job
  kms_key_arn     = var.kms_key_arn
  machine_name    = local.name
  organization_id = var.organization_id
  roles           = local.members
}

data "aws_iam_policy_document" "part" {
  for_each = local.parts

  # The worker that changes tells an owner before it deletes; the report tells the operators once, of all accounts.
  source_policy_documents = concat(
    module.access.policies[each.key],
    each.key == "apply" ? module.owner_access.policies : [],
    each.key == "report" ? module.run_access.policies : [],
  )
}

module "function" {
  source   = "../../aws/lambda-function"
  for_each = local.parts

  account                  = var.account
  architecture             = var.architecture
  code_signing_config_arn  = var.code_signing_config_arn
  dead_letter_queue        = each.key == "report" ? { arn = module.dead_letters.arn } : null
  description              = each.value
  environment              = local.variables[each.key]
  kms_key_arn              = var.kms_key_arn
  log_retention_days       = var.log_retention_days
  name                     = "${local.name}-${each.key}"
  package                  = var.package
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.part[each.key].json
  policy_hint              = "selected, excluded, policies or policy"
  reserved_concurrency     = contains(["apply", "plan"], each.key) ? var.reserved_concurrency : -1
  tags                     = local.tags
}

module "definition" {
  source = "./definition"

  applies         = local.applies
  bucket          = local.bucket
  canary_failures = var.canary.failures
  concurrency     = var.concurrency
  functions       = merge({ apply = null }, { for part, function in module.function : part => function.arn })
  job             = var.job
  partition       = var.account.partition
  tolerated       = var.tolerated
}

module "machine" {
  source = "../../aws/state-machine"

  account                  = var.account
  definition               = module.definition.definition
  distributes              = true
  kms_key_arn              = var.kms_key_arn
  log_retention_days       = var.log_retention_days
  name                     = local.name
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = module.access.machine
  tags                     = local.tags
}

module "schedule" {
  source = "../../aws/schedule"

  account           = var.account
  dead_letter_queue = { arn = module.dead_letters.arn }
  description       = "Starts ${local.name} at night"
  enabled           = var.schedule.enabled
  expression        = var.schedule.expression
  # The run's own input, and not the envelope of Scheduler.
  input                    = jsonencode(local.scheduled)
  kms_key_arn              = var.kms_key_arn
  name                     = local.name
  permissions_boundary_arn = var.permissions_boundary_arn
  tags                     = local.tags
  target                   = { action = "states:StartExecution", arn = module.machine.arn }
  time_zone                = var.schedule.time_zone
  window_minutes           = var.schedule.window_minutes
}

# An execution that did not come as far as its own report.
module "ended_early" {
  source = "../../aws/event-rule"

  dead_letter_queue_arn = module.dead_letters.arn
  description           = "Has ${local.name} report of a run that did not end well"
  function_arn          = module.function["report"].arn
  name                  = "${local.name}-ended-early"
  tags                  = local.tags
  pattern               = jsonencode(local.ended_early)
}

module "dead_letters" {
  source = "../../aws/queue"

  account     = var.account
  kms_key_arn = var.kms_key_arn
  name        = "${local.name}-dead-letters"
  rule_arns   = [module.ended_early.arn]
  tags        = local.tags
}
