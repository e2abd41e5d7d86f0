locals {
  schedule_arn = join(":", [
    "arn",
    var.account.partition,
    "scheduler",
    var.account.region,
    var.account.id,
    "schedule/${var.name}/${var.name}",
  ])
}

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
      values   = [var.account.id]
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
    sid       = "CallTheTarget"
    actions   = [var.target.action]
    resources = [var.target.arn]
  }

  dynamic "statement" {
    for_each = var.dead_letter_queue[*].arn

    content {
      sid       = "KeepEventsItCouldNotHandOver"
      actions   = ["sqs:SendMessage"]
      resources = [statement.value]
    }
  }

  # Scheduler decrypts the input with this role: without it, no schedule with a key of yours ever fires.
  dynamic "statement" {
    for_each = compact([var.kms_key_arn])

    content {
      sid       = "ReadItsInput"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["scheduler.${var.account.region}.${var.account.dns_suffix}"]
      }

      condition {
        test     = "StringEquals"
        variable = "kms:EncryptionContext:aws:scheduler:schedule:arn"
        values   = [local.schedule_arn]
      }
    }
  }

  dynamic "statement" {
    for_each = var.dead_letter_queue == null ? [] : compact([var.kms_key_arn])

    content {
      sid       = "EncryptEventsItCouldNotHandOver"
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
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-schedule"
  description          = "Lets the schedule ${var.name} call its target"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "call"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}
