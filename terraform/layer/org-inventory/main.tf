# org-inventory in one account: the function, the bucket of its snapshots, the table of the accounts where one is wanted, the schedule,
# the queue for events that were not handled, and alarms. What it may do is in iam.tf; what it is told to do is in environment.tf;
# what it hears at once is in events.tf.

locals {
  applies = var.mode == "apply"

  job  = "org-inventory"
  name = "${var.project}-${var.environment}-${local.job}"
  tags = merge(var.tags, { component = local.job })

  # Known before anything is there, so that a plan shows the whole role.
  bucket = "${local.name}-${var.account.id}"
  table  = "${local.name}-accounts"
}

module "snapshots" {
  source = "../../aws/record-bucket"

  keep_days   = var.policy.snapshot_keep_days
  kms_key_arn = var.kms_key_arn
  name        = local.bucket
  tags        = local.tags
}

module "accounts" {
  source = "../../aws/table"
  count  = var.policy.accounts_table ? 1 : 0

  key  = "id"
  name = local.table
  tags = local.tags
}

module "dead_letters" {
  source = "../../aws/queue"

  account     = var.account
  kms_key_arn = var.kms_key_arn
  name        = "${local.name}-dead-letters"
  rule_arns   = module.rule[*].arn
  tags        = local.tags
}

module "function" {
  source = "../../aws/lambda-function"

  account                  = var.account
  architecture             = var.architecture
  code_signing_config_arn  = var.code_signing_config_arn
  dead_letter_queue        = { arn = module.dead_letters.arn }
  description              = "Keeps the organisation on record (mode: ${var.mode})"
  environment              = local.variables
  kms_key_arn              = var.kms_key_arn
  log_group                = var.log_group
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
