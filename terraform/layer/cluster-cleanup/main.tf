# cluster-cleanup in one account: the function, the schedule that calls it at night, the queue for events that were not
# handled, and alarms. What it may do is in iam.tf; what it is told to do is in environment.tf.

locals {
  job  = "cluster-cleanup"
  name = "${var.project}-${var.environment}-${local.job}"
  tags = merge(var.tags, { component = local.job })
}

module "dead_letters" {
  source = "../../aws/queue"

  kms_key_arn = var.kms_key_arn
  name        = "${local.name}-dead-letters"
  tags        = local.tags
}

module "function" {
  source = "../../aws/lambda-function"

  architecture             = var.architecture
  dead_letter_queue_arn    = module.dead_letters.arn
  description              = "Deletes Aurora clusters whose ${var.policy.tag_key} tag has passed (mode: ${var.mode})"
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
  source = "../../aws/schedule"

  dead_letter_queue_arn    = module.dead_letters.arn
  description              = "Calls ${local.name} at night"
  enabled                  = var.schedule.enabled
  expression               = var.schedule.expression
  function_arn             = module.function.arn
  kms_key_arn              = var.kms_key_arn
  name                     = local.name
  permissions_boundary_arn = var.permissions_boundary_arn
  tags                     = local.tags
  time_zone                = var.schedule.time_zone
  window_minutes           = var.schedule.window_minutes
}
