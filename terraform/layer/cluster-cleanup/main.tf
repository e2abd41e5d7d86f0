# cluster-cleanup in one account: the function, the schedule that calls it at night, the queue for events that were not
# handled, and alarms. What it may do is in iam.tf; what it is told to do is in environment.tf.

locals {
  applies = var.mode == "apply"

  job  = "cluster-cleanup"
  name = "${var.project}-${var.environment}-${local.job}"
  tags = merge(var.tags, { component = local.job })
}

module "dead_letters" {
  source = "../../aws/queue"

  account     = var.account
  kms_key_arn = var.kms_key_arn
  name        = "${local.name}-dead-letters"
  tags        = local.tags
}

module "function" {
  source = "../../aws/lambda-function"

  account                  = var.account
  architecture             = var.architecture
  code_signing_config_arn  = var.code_signing_config_arn
  dead_letter_queue        = { arn = module.dead_letters.arn }
  description              = "Deletes Aurora clusters whose ${var.policy.tag_key} tag has passed (mode: ${var.mode})"
  environment              = local.variables
  kms_key_arn              = var.kms_key_arn
  log_group                = var.log_group
  log_retention_days       = var.log_retention_days
  name                     = local.name
  package                  = var.package
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.job.json
  policy_hint              = "protected or required_tags of policy: an entry such as orders-* stands for many"
  reserved_concurrency     = var.reserved_concurrency
  tags                     = local.tags
  vpc                      = var.vpc
}

module "schedule" {
  source = "../../aws/schedule"

  account                  = var.account
  dead_letter_queue        = { arn = module.dead_letters.arn }
  description              = "Calls ${local.name} at night"
  enabled                  = var.schedule.enabled
  expression               = var.schedule.expression
  kms_key_arn              = var.kms_key_arn
  name                     = local.name
  permissions_boundary_arn = var.permissions_boundary_arn
  tags                     = local.tags
  target                   = { arn = module.function.arn }
  time_zone                = var.schedule.time_zone
  window_minutes           = var.schedule.window_minutes
}
