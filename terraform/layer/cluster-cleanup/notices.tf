# The rights to send notices, each only where its variable is set. In plan mode nobody is told anything.

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

  tells = local.applies && (var.notices.mail_from != null || var.notices.sns_topic_arn != null)
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
  source   = "../../aws/secret-access"
  for_each = local.applies && var.notices.slack_secret_id != null ? toset([var.notices.slack_secret_id]) : toset([])

  kms_key_arns = var.notices.slack_secret_kms_key_arn == null ? [] : [var.notices.slack_secret_kms_key_arn]
  secret_ids   = [each.value]
  sid          = "ReadTheWebhook"
}
