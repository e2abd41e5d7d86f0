# The role a pipeline deploys with. What it may do is in the module access.

locals {
  partition = data.aws_partition.current.partition
  provider  = var.oidc.create_provider ? aws_iam_openid_connect_provider.this[0].arn : "arn:${local.partition}:iam::${var.account_id}:oidc-provider/${var.oidc.issuer}"
}

data "aws_partition" "current" {}

module "access" {
  source = "./access"

  account         = { dns_suffix = data.aws_partition.current.dns_suffix, id = var.account_id, partition = local.partition }
  kms_key_arns    = var.kms_key_arns
  log_groups      = var.log_groups
  packages_bucket = var.packages_bucket
  project         = var.project
  senders         = var.senders
  state_bucket    = var.state_bucket
}

resource "aws_iam_openid_connect_provider" "this" {
  count = var.oidc.create_provider ? 1 : 0

  client_id_list = ["sts.amazonaws.com"]
  url            = "https://${var.oidc.issuer}"
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "ThisRepositorysPipelines"
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider]
    }

    condition {
      test     = "StringEquals"
      variable = "${var.oidc.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringLike"
      variable = "${var.oidc.issuer}:sub"
      values   = var.oidc.subjects
    }
  }
}

resource "aws_iam_role" "deployer" {
  name                 = "${var.project}-deployer"
  description          = "Deploys ${var.project}, from its pipeline"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "deployer" {
  name   = "deploy"
  role   = aws_iam_role.deployer.id
  policy = module.access.deployer
}
