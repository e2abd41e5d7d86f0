# cluster-clone in one account: the function, the schedule on which it takes away what was begun and never handed over, the queue
# for events that were not handled, and alarms. Who may ask it for clones, invoke_policy says. What it may do is in iam.tf; what it
# is told to do is in environment.tf.

locals {
  applies = var.mode == "apply"

  job  = "cluster-clone"
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
  description              = "Clones Aurora clusters, each with an owner and an end (mode: ${var.mode})"
  environment              = local.variables
  kms_key_arn              = var.kms_key_arn
  log_group                = var.log_group
  log_retention_days       = var.log_retention_days
  name                     = local.name
  package                  = var.package
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.job.json
  policy_hint              = "protected of policy: an entry such as orders-* stands for many"
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

# For the roles of developers, beside the module ownership; attached by whoever owns those roles. Who asks is what they signed.
data "aws_iam_policy_document" "invoke" {
  statement {
    sid       = "AskForClones"
    actions   = ["lambda:InvokeFunction"]
    resources = [module.function.arn]
  }

  statement {
    sid       = "SeeWhatIsThere"
    actions   = ["rds:DescribeDBClusters"]
    resources = ["*"]

    # RDS lists an account, not a cluster: the Regions are all that can be narrowed.
    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = local.regions
    }
  }
}
