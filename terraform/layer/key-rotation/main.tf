# key-rotation in one account: the function, two schedules that call it, rules for what AWS finds out, the queue for events
# that were not handled, and alarms. What it may do is in iam.tf; what it is told to do is in environment.tf.

locals {
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

  kms_key_arn = var.kms_key_arn
  name        = "${local.name}-dead-letters"
  rule_arns   = values(module.rule)[*].arn
  tags        = local.tags
}

module "function" {
  source = "../../aws/lambda-function"

  architecture             = var.architecture
  dead_letter_queue_arn    = module.dead_letters.arn
  description              = "Rotates access keys of IAM users before they are too old (mode: ${var.mode})"
  environment              = local.variables
  kms_key_arn              = var.kms_key_arn
  log_retention_days       = var.log_retention_days
  name                     = local.name
  package                  = var.package
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.job.json
  reserved_concurrency     = var.reserved_concurrency
  tags                     = local.tags
  vpc                      = var.vpc
}

module "schedule" {
  source   = "../../aws/schedule"
  for_each = local.phases

  dead_letter_queue_arn    = module.dead_letters.arn
  description              = "Calls ${local.name} to ${join(", ", each.value)}"
  enabled                  = var.schedule.enabled
  expression               = var.schedule[each.key]
  function_arn             = module.function.arn
  input                    = jsonencode({ phases = each.value })
  kms_key_arn              = var.kms_key_arn
  name                     = "${local.name}-${each.key}"
  permissions_boundary_arn = var.permissions_boundary_arn
  tags                     = local.tags
  time_zone                = var.schedule.time_zone
  window_minutes           = var.schedule.window_minutes
}
