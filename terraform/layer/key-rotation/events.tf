# What AWS finds out by itself and the function acts on at once: a user whose key AWS Config calls too old, and a key AWS
# Health or GuardDuty thinks is in wrong hands. IAM is about no Region, so AWS speaks of that in one only, and from there it is
# handed on.

data "aws_region" "global" {
  provider = aws.global
}

locals {
  patterns = {
    config = jsonencode({
      source      = ["aws.config"]
      detail-type = ["Config Rules Compliance Change"]
      detail = {
        configRuleName      = [{ wildcard = var.events.config_rule_name }]
        newEvaluationResult = { complianceType = ["NON_COMPLIANT"] }
        resourceType        = ["AWS::IAM::User"]
      }
    })
    health = jsonencode({
      source      = ["aws.health"]
      detail-type = ["AWS Health Event"]
      detail      = { eventTypeCode = [for code in local.codes["aws.health"] : jsondecode(code)] }
    })
    guardduty = jsonencode({
      source      = ["aws.guardduty"]
      detail-type = ["GuardDuty Finding"]
      detail      = { type = [for code in local.codes["aws.guardduty"] : jsondecode(code)] }
    })
  }

  rules = {
    config    = "Hands users whose keys AWS Config finds too old to ${local.name}"
    health    = "Hands keys AWS Health finds in the open to ${local.name}"
    guardduty = "Hands keys GuardDuty finds misused to ${local.name}"
  }

  leaks = toset(compact([
    var.events.leaked_keys && length(local.codes["aws.health"]) > 0 ? "health" : "",
    var.events.leaked_keys && length(local.codes["aws.guardduty"]) > 0 ? "guardduty" : "",
  ]))

  switched_on = setunion(local.leaks, toset(compact([var.events.old_keys ? "config" : ""])))

  forwarded = data.aws_region.global.id == var.account.region ? toset([]) : local.leaks
}

module "rule" {
  source   = "../../aws/event-rule"
  for_each = local.switched_on

  dead_letter_queue_arn = module.dead_letters.arn
  description           = local.rules[each.value]
  function_arn          = module.function.arn
  name                  = "${local.name}-${each.value}"
  pattern               = local.patterns[each.value]
  tags                  = local.tags
}

module "forward" {
  source   = "../../aws/event-forward"
  for_each = local.forwarded

  providers = {
    aws = aws.global
  }

  account                  = var.account
  dead_letter_queue_arn    = module.forward_dead_letters["leaks"].arn
  description              = "Hands what AWS says of keys in wrong hands over to ${var.account.region}"
  name                     = "${local.name}-${each.value}-forward"
  pattern                  = local.patterns[each.value]
  permissions_boundary_arn = var.permissions_boundary_arn
  region                   = var.account.region
  tags                     = local.tags
}

# A key of yours is of one Region, and this is another: SQS encrypts.
module "forward_dead_letters" {
  source   = "../../aws/queue"
  for_each = length(local.forwarded) == 0 ? toset([]) : toset(["leaks"])

  providers = {
    aws = aws.global
  }

  account   = merge(var.account, { region = data.aws_region.global.id })
  name      = "${local.name}-forward-dead-letters"
  rule_arns = values(module.forward)[*].arn
  tags      = local.tags
}

# An alarm tells a topic of its own Region only.
module "forward_alarm" {
  source = "../../aws/alarm"
  for_each = merge(
    {
      for name in local.forwarded : "forward-${name}-failed" => {
        dimensions = { RuleName = module.forward[name].name }
        metric     = "FailedInvocations"
        namespace  = "AWS/Events"
        statistic  = "Sum"
        summary    = "what AWS said of a key in wrong hands could not be handed over to ${var.account.region}."
      }
    },
    length(local.forwarded) == 0 ? {} : {
      forward-dead-letters = {
        dimensions = { QueueName = "${local.name}-forward-dead-letters" }
        metric     = "ApproximateNumberOfMessagesVisible"
        namespace  = "AWS/SQS"
        statistic  = "Maximum"
        summary    = "what AWS said of a key in wrong hands was given up."
      }
    },
  )

  providers = {
    aws = aws.global
  }

  actions    = var.alarms.global_actions
  dimensions = each.value.dimensions
  metric     = each.value.metric
  name       = "${local.name}-${each.key}"
  namespace  = each.value.namespace
  runbook    = "${var.runbook_url}#event-not-handed-over"
  statistic  = each.value.statistic
  summary    = "Account ${var.account.id}, ${data.aws_region.global.id}: ${each.value.summary}"
  tags       = local.tags
}
