data "aws_caller_identity" "current" {}

# Without the two conditions, any schedule of any account could have this role used on its behalf.
data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "ThisGroupsSchedulesUseIt"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_scheduler_schedule_group.this.arn]
    }
  }
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "CallTheFunction"
    actions   = ["lambda:InvokeFunction"]
    resources = [var.function_arn]
  }

  statement {
    sid       = "KeepEventsItCouldNotHandOver"
    actions   = ["sqs:SendMessage"]
    resources = [var.dead_letter_queue_arn]
  }
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-schedule"
  description          = "Lets the schedule ${var.name} call its function"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "call"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}
