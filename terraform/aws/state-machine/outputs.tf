output "arn" {
  description = "ARN of the machine."
  value       = aws_sfn_state_machine.this.arn
}

output "log_group_name" {
  description = "Name of its log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "platform_policy" {
  description = "Policy document (JSON) of what Step Functions does under the role."
  value       = module.access.platform
}

output "role_arn" {
  description = "ARN of the role it runs with."
  value       = aws_iam_role.this.arn
}
