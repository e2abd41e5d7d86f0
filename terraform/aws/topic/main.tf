# A topic that alarms and functions of this account may write to, and the addresses that get what is written.

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "AlarmsOfThisAccountWriteHere"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.this.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account.id]
    }
  }

  statement {
    sid       = "NobodyWritesInClearText"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.this.arn]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sns_topic" "this" {
  name              = var.name
  kms_master_key_id = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sns_topic_policy" "this" {
  arn    = aws_sns_topic.this.arn
  policy = data.aws_iam_policy_document.this.json
}

# Each address gets a mail of SNS and has to confirm once.
resource "aws_sns_topic_subscription" "mail" {
  for_each = var.mail_addresses

  endpoint  = each.value
  protocol  = "email"
  topic_arn = aws_sns_topic.this.arn
}
