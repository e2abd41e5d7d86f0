# key-rotation in one account: the function, two schedules that call it, rules for what AWS finds out, the queue for events
# that were not handled, and alarms. What it may do is in iam.tf; what it is told to do is in environment.tf.

locals {
  applies = var.mode == "apply"

  job  = "key-rotation"
  name = "${var.project}-${var.environment}-${local.job}"
  tags = merge(var.tags, { component = local.job })

  # Between them the schedules do all there is; what is minted on one morning a month is watched over every night.
  phases = {
    rotate = ["rotate"]
    tend   = ["retire", "warn", "repair"]
  }
}

module "dead_letters" {
  source = "../../aws/queue"

  account     = var.account
  kms_key_arn = var.kms_key_arn
  name        = "${local.name}-dead-letters"
  rule_arns   = values(module.rule)[*].arn
  tags        = local.tags
}

module "function" {
  source = "../../aws/lambda-function"

  account                 = var.account
  architecture            = var.architecture
  code_signing_config_arn = var.code_signing_config_arn
  # A leak that finds the function busy waits as long as Lambda can keep it.
  async                    = { maximum_event_age_seconds = 21600 }
  dead_letter_queue        = { arn = module.dead_letters.arn }
  description              = "Rotates access keys of IAM users before they are too old (mode: ${var.mode})"
  environment              = local.variables
  kms_key_arn              = var.kms_key_arn
  log_group                = var.log_group
  log_retention_days       = var.log_retention_days
  name                     = local.name
  package                  = var.package
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.job.json
  policy_hint              = "exclude or include of policy: a path such as path:/admin/* stands for all who are below it"
  reserved_concurrency     = var.reserved_concurrency
  tags                     = local.tags
  vpc                      = var.vpc
}

module "schedule" {
  source   = "../../aws/schedule"
  for_each = local.phases

  account                  = var.account
  dead_letter_queue        = { arn = module.dead_letters.arn }
  description              = "Calls ${local.name} to ${join(", ", each.value)}"
  enabled                  = var.schedule.enabled
  expression               = var.schedule[each.key]
  input                    = jsonencode({ phases = each.value })
  kms_key_arn              = var.kms_key_arn
  name                     = "${local.name}-${each.key}"
  permissions_boundary_arn = var.permissions_boundary_arn
  tags                     = local.tags
  target                   = { arn = module.function.arn }
  time_zone                = var.schedule.time_zone
  window_minutes           = var.schedule.window_minutes
}
