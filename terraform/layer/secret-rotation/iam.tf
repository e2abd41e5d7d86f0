# What the function may do, from the module access, and keeping its reports besides.

module "run_access" {
  source = "../../aws/run-access"

  account       = var.account
  applies       = true
  job           = local.job
  report_bucket = var.report_bucket
}

module "access" {
  source = "./access"

  account      = var.account
  function_arn = local.function_arn
  kms_key_arns = var.kms_key_arns
  secrets      = var.secrets
}

data "aws_iam_policy_document" "job" {
  source_policy_documents = concat(module.access.policies, module.run_access.policies)
}
