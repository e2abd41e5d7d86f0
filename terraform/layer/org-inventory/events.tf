# What CloudTrail tells of Organizations. It does so in the management account and in us-east-1 alone: a function in another Region or
# account is handed it by the module management.

locals {
  pattern = jsonencode({
    source = ["aws.organizations"]
    detail = { eventSource = ["organizations.amazonaws.com"] }
  })
}

module "rule" {
  source = "../../aws/event-rule"
  count  = var.events.enabled ? 1 : 0

  dead_letter_queue_arn = module.dead_letters.arn
  description           = "Hands what changed in the organisation to ${local.name}"
  function_arn          = module.function.arn
  name                  = "${local.name}-changes"
  pattern               = local.pattern
  tags                  = local.tags
}

# The management account's rule puts events on the bus of this one.
resource "aws_cloudwatch_event_permission" "management" {
  count = var.events.enabled && var.events.management_account_id != null ? 1 : 0

  principal    = var.events.management_account_id
  statement_id = "${local.name}-changes"
}
