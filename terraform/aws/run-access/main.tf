# What every run needs beside its job: the right to keep its report, and to tell people. Each is there only where its
# variable is set; in plan mode nobody is told anything.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  ses_prefix = join(":", [
    "arn",
    data.aws_partition.current.partition,
    "ses",
    data.aws_region.current.name,
    data.aws_caller_identity.current.account_id,
    "identity/",
  ])

  # SES asks about the address if that was verified, and otherwise about its domain.
  senders = var.notices.mail_from == null ? [] : [
    "${local.ses_prefix}${var.notices.mail_from}",
    "${local.ses_prefix}${split("@", var.notices.mail_from)[1]}",
  ]

  tells  = var.applies && (var.notices.mail_from != null || var.notices.sns_topic_arn != null)
  hooks  = var.applies && var.notices.slack_secret_id != null ? toset([var.notices.slack_secret_id]) : toset([])
  bucket = var.report_bucket == null ? [] : [var.report_bucket]
}

data "aws_iam_policy_document" "reports" {
  dynamic "statement" {
    for_each = local.bucket

    content {
      sid       = "KeepReports"
      actions   = ["s3:PutObject"]
      resources = ["arn:${data.aws_partition.current.partition}:s3:::${statement.value.name}/${var.job}/*"]
    }
  }

  dynamic "statement" {
    for_each = compact(local.bucket[*].kms_key_arn)

    content {
      sid       = "EncryptReports"
      actions   = ["kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["s3.${data.aws_region.current.name}.amazonaws.com"]
      }
    }
  }
}

data "aws_iam_policy_document" "notices" {
  dynamic "statement" {
    for_each = length(local.senders) == 0 ? [] : [local.senders]

    content {
      sid       = "MailOwners"
      actions   = ["ses:SendEmail"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "ses:FromAddress"
        values   = [var.notices.mail_from]
      }
    }
  }

  dynamic "statement" {
    for_each = var.notices.sns_topic_arn == null ? [] : [var.notices.sns_topic_arn]

    content {
      sid       = "TellTheTopic"
      actions   = ["sns:Publish"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = var.notices.sns_topic_kms_key_arn == null ? [] : [var.notices.sns_topic_kms_key_arn]

    content {
      sid       = "EncryptForTheTopic"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringLike"
        variable = "kms:ViaService"
        values   = ["sns.*.amazonaws.com"]
      }
    }
  }
}

module "slack_secret" {
  source   = "../secret-access"
  for_each = local.hooks

  kms_key_arns = var.notices.slack_secret_kms_key_arn == null ? [] : [var.notices.slack_secret_kms_key_arn]
  secret_ids   = [each.value]
  sid          = "ReadTheWebhook"
}
