# What every run needs beside its job: the right to keep its report, and to tell people. Each is there only where its
# variable is set; in plan mode nobody is told anything.

locals {
  ses_prefix = join(":", [
    "arn",
    var.account.partition,
    "ses",
    var.account.region,
    var.account.id,
    "",
  ])

  # Domains are kept in small letters, and one that was verified vouches for all below it.
  sender_parts = try(split("@", var.notices.mail_from), ["", ""])
  sender_names = split(".", lower(local.sender_parts[1]))
  sender_domains = [
    for first in range(max(1, length(local.sender_names) - 1)) : join(".", slice(local.sender_names, first, length(local.sender_names)))
  ]

  # SES asks about the address if that was verified, and otherwise about its domain or the one above; about the configuration set,
  # where one is attached to it; and, in the sandbox, about the recipient's identity as well.
  mail_resources = var.notices.mail_from == null ? [] : concat(
    [
      for identity in distinct(concat(
        [var.notices.mail_from, "${local.sender_parts[0]}@${lower(local.sender_parts[1])}"],
        local.sender_domains,
      )) : "${local.ses_prefix}identity/${identity}"
    ],
    [for name in compact([var.notices.mail_configuration_set]) : "${local.ses_prefix}configuration-set/${name}"],
    [for identity in var.notices.mail_sandbox_recipients : "${local.ses_prefix}identity/${identity}"],
  )

  tells  = var.applies && (var.notices.mail_from != null || var.notices.sns_topic_arn != null)
  hooks  = var.applies && var.notices.slack_secret_id != null
  bucket = var.report_bucket == null ? [] : [var.report_bucket]
}

data "aws_iam_policy_document" "reports" {
  dynamic "statement" {
    for_each = local.bucket

    content {
      sid       = "KeepReports"
      actions   = ["s3:PutObject"]
      resources = ["arn:${var.account.partition}:s3:::${statement.value.name}/${var.job}/*"]
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
        values   = ["s3.${var.account.region}.${var.account.dns_suffix}"]
      }
    }
  }
}

data "aws_iam_policy_document" "notices" {
  dynamic "statement" {
    for_each = length(local.mail_resources) == 0 ? [] : [local.mail_resources]

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
        values   = ["sns.*.${var.account.dns_suffix}"]
      }
    }
  }
}

module "slack_secret" {
  source = "../secret-access"

  account      = var.account
  kms_key_arns = var.notices.slack_secret_kms_key_arn == null ? [] : [var.notices.slack_secret_kms_key_arn]
  secret_ids   = compact([var.notices.slack_secret_id])
  sid          = "ReadTheWebhook"
}
