# What the function may do, from the module access, and what every run needs besides. docs/org-inventory.md says why each action
# is there.

module "run_access" {
  source = "../../aws/run-access"

  account       = var.account
  applies       = local.applies
  job           = local.job
  notices       = var.notices
  report_bucket = var.report_bucket
}

module "access" {
  source = "./access"

  applies     = local.applies
  bucket_arn  = "arn:${var.account.partition}:s3:::${local.bucket}"
  kms_key_arn = var.kms_key_arn
  prefix      = var.policy.snapshot_prefix
  table_arn   = "arn:${var.account.partition}:dynamodb:${var.account.region}:${var.account.id}:table/${local.table}"
  writes      = var.policy.accounts_table
}

data "aws_iam_policy_document" "job" {
  source_policy_documents = concat(module.access.policies, module.run_access.policies)
}
