# The rule of the management account: what CloudTrail tells of Organizations, in us-east-1, goes to the bus of the function's account and
# Region. Applied in the management account, with a provider of us-east-1.

locals {
  name = "${var.project}-${var.environment}-org-inventory-changes"
  tags = merge(var.tags, { component = "org-inventory" })
}

module "forward" {
  source = "../../../aws/event-forward"

  account                  = var.account
  bus_account_id           = var.function_account_id
  dead_letter_queue_arn    = module.dead_letters.arn
  description              = "Hands what changed in the organisation over to ${var.function_account_id} in ${var.function_region}"
  name                     = local.name
  permissions_boundary_arn = var.permissions_boundary_arn
  region                   = var.function_region
  tags                     = local.tags

  pattern = jsonencode({
    source = ["aws.organizations"]
    detail = { eventSource = ["organizations.amazonaws.com"] }
  })
}

module "dead_letters" {
  source = "../../../aws/queue"

  account   = var.account
  name      = "${local.name}-dead-letters"
  rule_arns = [module.forward.arn]
  tags      = local.tags
}
