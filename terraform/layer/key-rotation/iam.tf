# What the function may do, from the module access, and what every run needs besides. Every action is one the function was
# seen to make, or stands in docs/permissions.md with the call that AWS needs it for; `cargo xtask test` holds the three
# together.

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

  account     = var.account
  applies     = local.applies
  leaked_keys = var.events.leaked_keys
  policy      = var.policy
}

data "aws_iam_policy_document" "job" {
  source_policy_documents = concat(module.access.policies, module.run_access.policies)
}
