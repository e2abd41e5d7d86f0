# What the functions of an environment share: the topics that alarms are sent to, and the sender of mail.

data "aws_region" "global" {
  provider = aws.global
}

locals {
  name = "${var.project}-${var.environment}"
  tags = merge(var.tags, { component = "operations" })

  # An alarm tells a topic of its own Region only, and the way of leaked keys begins in us-east-1.
  elsewhere = data.aws_region.global.id != var.account.region
}

module "alarm_topic" {
  source = "../../aws/topic"

  account        = var.account
  kms_key_arn    = var.kms_key_arn
  mail_addresses = var.alarm_mail_addresses
  name           = "${local.name}-alarms"
  tags           = local.tags
}

module "global_alarm_topic" {
  source = "../../aws/topic"
  count  = local.elsewhere ? 1 : 0

  providers = {
    aws = aws.global
  }

  account        = var.account
  mail_addresses = var.alarm_mail_addresses
  name           = "${local.name}-alarms"
  tags           = local.tags
}

module "sender" {
  source   = "../../aws/ses-identity"
  for_each = var.sender_identity == null ? toset([]) : toset([var.sender_identity])

  identity = each.value
  tags     = local.tags
}
