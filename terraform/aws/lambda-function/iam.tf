# One role a function. What its job needs comes from the caller, as `policy`; what Lambda itself needs on the
# function's behalf is added here, in a policy of its own, so that each can be held against what it is for.

locals {
  function_arn = join(":", [
    "arn",
    var.account.partition,
    "lambda",
    var.account.region,
    var.account.id,
    "function",
    var.name,
  ])

  log_group_arn = join(":", [
    "arn",
    var.account.partition,
    "logs",
    var.account.region,
    var.account.id,
    "log-group",
    var.log_group == null ? "/aws/lambda/${var.name}" : var.log_group,
  ])

  # As IAM counts them: of all policies that stand in a role, without white space.
  policies_length = sum([for policy in [var.policy, data.aws_iam_policy_document.platform.json] : length(replace(policy, "/\\s/", ""))])

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

  lifecycle {
    precondition {
      condition     = local.policies_length <= 10240
      error_message = "The policies of the role ${var.name} have ${local.policies_length} characters, and IAM takes 10240. Shorten ${var.policy_hint}."
    }
  }
}

data "aws_iam_policy_document" "platform" {
  statement {
    sid       = "WriteItsLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${local.log_group_arn}:*"]
  }

  dynamic "statement" {
    for_each = var.dead_letter_queue[*].arn

    content {
      sid       = "KeepEventsItCouldNotHandle"
      actions   = ["sqs:SendMessage"]
      resources = [statement.value]
    }
  }

  # Lambda writes to an encrypted queue with this role: without the key, a failed event is lost.
  dynamic "statement" {
    for_each = var.dead_letter_queue == null ? [] : compact([var.kms_key_arn])

    content {
      sid       = "EncryptEventsItCouldNotHandle"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["sqs.${var.account.region}.${var.account.dns_suffix}"]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:sqs:arn"
        values   = [var.dead_letter_queue.arn]
      }
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "ReadItsEnvironment"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:lambda:FunctionArn"
        values   = [local.function_arn]
      }
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
