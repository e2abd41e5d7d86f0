output "arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "log_group_name" {
  description = "Name of its log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "role_arn" {
  description = "ARN of its role, for resource policies and organisation policies that name it."
  value       = aws_iam_role.this.arn
}

output "role_name" {
  description = "Name of its role."
  value       = aws_iam_role.this.name
}
