# One role a machine. What its states call comes from the caller, as `policy`; what Step Functions itself needs is here.

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "StepFunctionsRunsTheMachine"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["states.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account.id]
    }

    # A Distributed Map runs its items as a machine below this one.
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.arn, "${local.arn}/*"]
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "What the state machine ${var.name} may do"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "work" {
  name   = "work"
  role   = aws_iam_role.this.id
  policy = var.policy

  lifecycle {
    precondition {
      condition     = sum([for policy in [var.policy, data.aws_iam_policy_document.platform.json] : length(replace(policy, "/\\s/", ""))]) <= 10240
      error_message = "The policies of the role ${var.name} are longer than the 10240 characters IAM takes."
    }
  }
}

data "aws_iam_policy_document" "platform" {
  #checkov:skip=CKV_AWS_111:Deliveries of logs and traces have no resource to name.
  #checkov:skip=CKV_AWS_356:The same.
  # Step Functions sets up its own delivery of logs, on whatever group it was told; AWS asks for these without a resource.
  statement {
    sid = "HaveItsLogDelivered"
    actions = [
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DescribeLogGroups",
      "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "LeaveItsTrace"
    actions   = ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"]
  }

  # A Distributed Map starts its items as executions of its own, by the ARN that follows from the name: the machine's own would be a circle.
  dynamic "statement" {
    for_each = var.distributes ? [local.arn] : []

    content {
      sid       = "StartAnItemOfAMap"
      actions   = ["states:StartExecution"]
      resources = [statement.value]
    }
  }

  # Without the last of these, a redrive of a failed map is refused.
  dynamic "statement" {
    for_each = var.distributes ? [local.executions] : []

    content {
      sid       = "FollowStopAndRedriveThem"
      actions   = ["states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"]
      resources = statement.value
    }
  }
}

resource "aws_iam_role_policy" "platform" {
  name   = "platform"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.platform.json
}
