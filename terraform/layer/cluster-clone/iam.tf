# What the function may do, from the module access, and what every run needs besides. docs/cluster-clone.md says why each action
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

  account      = var.account
  applies      = local.applies
  kms_key_arns = var.kms_key_arns
  policy       = var.policy
  regions      = local.regions
}

data "aws_iam_policy_document" "job" {
  source_policy_documents = concat(module.access.policies, module.run_access.policies)
}
