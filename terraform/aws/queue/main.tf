# A dead-letter queue: events that were not handled wait here for a person.

resource "aws_sqs_queue" "this" {
  name                      = var.name
  kms_master_key_id         = var.kms_key_arn
  message_retention_seconds = var.retention_days * 86400
  # One of the two encrypts; SQS refuses both at once.
  sqs_managed_sse_enabled = var.kms_key_arn == null ? true : null
  tags                    = var.tags
}

# A rule of EventBridge writes under the queue's own policy and not with a role.
data "aws_iam_policy_document" "this" {
  statement {
    sid       = "RulesKeepEventsTheyCouldNotHandOver"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.this.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = var.rule_arns
    }
  }
}

resource "aws_sqs_queue_policy" "this" {
  count = length(var.rule_arns) == 0 ? 0 : 1

  policy    = data.aws_iam_policy_document.this.json
  queue_url = aws_sqs_queue.this.id
}
