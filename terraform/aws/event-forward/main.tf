# A rule in another Region that hands matching events of this account over to the event bus of the function's Region. What
# is about no Region, such as IAM, is said in one Region only.

locals {
  bus_arn = join(":", [
    "arn",
    var.account.partition,
    "events",
    var.region,
    coalesce(var.bus_account_id, var.account.id),
    "event-bus/default",
  ])
}

resource "aws_cloudwatch_event_rule" "this" {
  name          = var.name
  description   = var.description
  event_pattern = var.pattern
  state         = var.enabled ? "ENABLED" : "DISABLED"
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  arn      = local.bus_arn
  role_arn = aws_iam_role.this.arn
  rule     = aws_cloudwatch_event_rule.this.name

  dead_letter_config {
    arn = var.dead_letter_queue_arn
  }
}

# Without the two conditions, any rule of any account could have this role used on its behalf.
data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "ThisRuleUsesIt"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account.id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.this.arn]
    }
  }
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "HandEventsOver"
    actions   = ["events:PutEvents"]
    resources = [local.bus_arn]
  }
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "Lets the rule ${var.name} hand events over to ${var.region}"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "forward"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}
