# db-users in one account: the function in the network of the databases, the queue for events that were not handled, and
# alarms. Nothing calls it by itself: a pipeline or a person does, who may what `invoke_policy` says. What it may do is in
# iam.tf; what it is told to do is in environment.tf.

locals {
  applies = var.mode == "apply"
  regions = length(var.policy.regions) == 0 ? [var.account.region] : var.policy.regions

  job  = "db-users"
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
  description              = "Makes, changes and drops the users of databases, and keeps their secrets (mode: ${var.mode})"
  environment              = local.variables
  kms_key_arn              = var.kms_key_arn
  log_group                = var.log_group
  log_retention_days       = var.log_retention_days
  name                     = local.name
  package                  = var.package
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.job.json
  policy_hint              = "secrets: a pattern such as prod/*/app-* stands for many"
  reserved_concurrency     = var.reserved_concurrency
  tags                     = local.tags
  vpc                      = var.vpc
}

# For whoever is to call it; attached by whoever owns that role.
data "aws_iam_policy_document" "invoke" {
  statement {
    sid       = "SendEventsToDbUsers"
    actions   = ["lambda:InvokeFunction"]
    resources = [module.function.arn]
  }
}
