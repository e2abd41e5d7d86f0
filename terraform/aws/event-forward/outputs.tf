output "arn" {
  description = "ARN of the rule."
  value       = aws_cloudwatch_event_rule.this.arn
}

output "name" {
  description = "Name of the rule, the dimension of its metrics."
  value       = aws_cloudwatch_event_rule.this.name
}

output "policy" {
  description = "Policy document (JSON) of the role it hands over with."
  value       = data.aws_iam_policy_document.this.json
}
