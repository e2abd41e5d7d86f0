output "arn" {
  description = "ARN of the rule."
  value       = aws_cloudwatch_event_rule.this.arn
}

output "queue_policy" {
  description = "Policy (JSON) the dead-letter queue needs."
  value       = data.aws_iam_policy_document.queue.json
}
