# What the functions of an environment share: the topic that alarms are sent to, and the sender of mail.

locals {
  name = "${var.project}-${var.environment}"
  tags = merge(var.tags, { component = "operations" })
}

module "alarm_topic" {
  source = "../../aws/topic"

  kms_key_arn    = var.kms_key_arn
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
