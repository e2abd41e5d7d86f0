# What Step Functions does under the role of a machine. No call is made to know it.

locals {
  prefix     = "arn:${var.account.partition}:states:${var.account.region}:${var.account.id}"
  arn        = "${local.prefix}:stateMachine:${var.name}"
  executions = ["${local.prefix}:execution:${var.name}/*", "${local.prefix}:execution:${var.name}:*"]
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
