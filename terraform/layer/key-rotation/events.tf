# What AWS finds out by itself and the function acts on at once: a user whose key AWS Config calls too old, and a key AWS
# Health found in the open. IAM is about no Region, so Health speaks of it in one only, and from there it is handed on.

data "aws_region" "global" {
  provider = aws.global
}

locals {
  patterns = {
    config = {
      source      = ["aws.config"]
      detail-type = ["Config Rules Compliance Change"]
      detail = {
        configRuleName      = [var.events.config_rule_name]
        newEvaluationResult = { complianceType = ["NON_COMPLIANT"] }
        resourceType        = ["AWS::IAM::User"]
      }
    }
    health = {
      source      = ["aws.health"]
      detail-type = ["AWS Health Event"]
      detail      = { eventTypeCode = ["AWS_RISK_CREDENTIALS_EXPOSED"] }
    }
  }

  rules = {
    config = "Hands users whose keys AWS Config finds too old to ${local.name}"
    health = "Hands keys AWS Health finds in the open to ${local.name}"
  }

  switched_on = toset(compact([
    var.events.old_keys ? "config" : "",
    var.events.leaked_keys ? "health" : "",
  ]))

  forwarded = var.events.leaked_keys && data.aws_region.global.name != data.aws_region.current.name
}

module "rule" {
  source   = "../../aws/event-rule"
  for_each = local.switched_on

  dead_letter_queue_arn = module.dead_letters.arn
  description           = local.rules[each.value]
  function_arn          = module.function.arn
  name                  = "${local.name}-${each.value}"
  pattern               = jsonencode(local.patterns[each.value])
  tags                  = local.tags
}

module "forward" {
  source   = "../../aws/event-forward"
  for_each = local.forwarded ? toset(["health"]) : toset([])

  providers = {
    aws = aws.global
  }

  description              = "Hands keys AWS Health finds in the open over to ${data.aws_region.current.name}"
  name                     = "${local.name}-${each.value}-forward"
  pattern                  = jsonencode(local.patterns[each.value])
  permissions_boundary_arn = var.permissions_boundary_arn
  region                   = data.aws_region.current.name
  tags                     = local.tags
}
