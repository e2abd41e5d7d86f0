# The right to read secrets that others made and keep. No secret is declared here and no value read: Terraform would
# keep it in its state.

locals {
  prefix = join(":", [
    "arn",
    var.account.partition,
    "secretsmanager",
    var.account.region,
    var.account.id,
    "secret",
  ])

  # Secrets Manager ends a secret's ARN with a dash and six characters of its own; it takes an ARN without them, too.
  arns = flatten([
    for id in sort(var.secret_ids) : startswith(id, "arn:") ? [id, "${id}-??????"] : ["${local.prefix}:${id}-??????"]
  ])
}

data "aws_iam_policy_document" "this" {
  dynamic "statement" {
    for_each = length(local.arns) == 0 ? [] : [local.arns]

    content {
      sid       = var.sid
      actions   = ["secretsmanager:GetSecretValue"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = length(var.kms_key_arns) == 0 || length(local.arns) == 0 ? [] : [var.kms_key_arns]

    content {
      sid       = "${var.sid}Key"
      actions   = ["kms:Decrypt"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${var.account.region}.${var.account.dns_suffix}"]
      }
    }
  }
}
