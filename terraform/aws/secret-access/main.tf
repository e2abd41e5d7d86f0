# The right to read secrets that others made and keep. No secret is declared here and no value read: Terraform would
# keep it in its state.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  prefix = join(":", [
    "arn",
    data.aws_partition.current.partition,
    "secretsmanager",
    data.aws_region.current.name,
    data.aws_caller_identity.current.account_id,
    "secret",
  ])

  # Secrets Manager ends a secret's ARN with a dash and six characters of its own.
  arns = [for id in sort(var.secret_ids) : startswith(id, "arn:") ? id : "${local.prefix}:${id}-??????"]
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = var.sid
    actions   = ["secretsmanager:GetSecretValue"]
    resources = local.arns
  }

  dynamic "statement" {
    for_each = length(var.kms_key_arns) == 0 ? [] : [var.kms_key_arns]

    content {
      sid       = "${var.sid}Key"
      actions   = ["kms:Decrypt"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${data.aws_region.current.name}.amazonaws.com"]
      }
    }
  }
}
