# One role a function. What its job needs comes from the caller, as `policy`; what Lambda itself needs on the
# function's behalf is added here, in a policy of its own, so that each can be held against what it is for.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  function_arn = join(":", [
    "arn",
    data.aws_partition.current.partition,
    "lambda",
    data.aws_region.current.name,
    data.aws_caller_identity.current.account_id,
    "function",
    var.name,
  ])

  network_actions = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ]
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "LambdaRunsTheFunction"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "What the function ${var.name} may do"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "job" {
  name   = "job"
  role   = aws_iam_role.this.id
  policy = var.policy
}

data "aws_iam_policy_document" "platform" {
  statement {
    sid       = "WriteItsLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }

  statement {
    sid       = "KeepEventsItCouldNotHandle"
    actions   = ["sqs:SendMessage"]
    resources = [var.dead_letter_queue_arn]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "ReadItsEnvironment"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]
    }
  }

  # Lambda asks for all of them on all resources. The next statement keeps them from the function's own code.
  dynamic "statement" {
    for_each = var.vpc == null ? [] : [local.function_arn]

    content {
      sid       = "StandInItsNetwork"
      actions   = local.network_actions
      resources = ["*"]
    }
  }

  dynamic "statement" {
    for_each = var.vpc == null ? [] : [local.function_arn]

    content {
      sid       = "LeaveTheNetworkToLambda"
      effect    = "Deny"
      actions   = local.network_actions
      resources = ["*"]

      condition {
        test     = "ArnEquals"
        variable = "lambda:SourceFunctionArn"
        values   = [statement.value]
      }
    }
  }
}

resource "aws_iam_role_policy" "platform" {
  name   = "platform"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.platform.json
}
