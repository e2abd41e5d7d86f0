# A dead-letter queue: events that were not handled wait here for a person.

resource "aws_sqs_queue" "this" {
  name                      = var.name
  kms_master_key_id         = var.kms_key_arn
  message_retention_seconds = var.retention_days * 86400
  # One of the two encrypts; SQS refuses both at once.
  sqs_managed_sse_enabled = var.kms_key_arn == null ? true : null
  tags                    = var.tags
}
