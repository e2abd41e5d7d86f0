# secret-rotation in one account: the function in the network of the databases, Secrets Manager's leave to call it, and alarms.
# Secrets Manager waits for the answer of each step and tries a rotation again by itself, so nothing is kept for later. What the
# function may do is in iam.tf; what it is told to do is in environment.tf.

locals {
  job  = "secret-rotation"
  name = "${var.project}-${var.environment}-${local.job}"
  tags = merge(var.tags, { component = local.job })

  # Known before the function is there: its role goes by which function a secret names as its own.
  function_arn = "arn:${var.account.partition}:lambda:${var.account.region}:${var.account.id}:function:${local.name}"
}

module "function" {
  source = "../../aws/lambda-function"

  account                  = var.account
  architecture             = var.architecture
  code_signing_config_arn  = var.code_signing_config_arn
  async                    = { maximum_event_age_seconds = 60, retries = 0 }
  description              = "Rotates the passwords of database users, step by step, as Secrets Manager asks"
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
  timeout_seconds          = var.timeout_seconds
  vpc                      = var.vpc
}

# It names no secret when it calls: that it acts for this account is all there is to hold it to.
module "called_by_secrets_manager" {
  source = "../../aws/lambda-permission"

  function_arn   = module.function.arn
  name           = "secrets-manager"
  principal      = "secretsmanager.amazonaws.com"
  source_account = var.account.id
}
