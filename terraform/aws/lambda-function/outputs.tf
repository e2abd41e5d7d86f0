output "arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "code_signing_config_arn" {
  description = "The code signing configuration that its archives are held to, if there is one."
  value       = aws_lambda_function.this.code_signing_config_arn
}

output "log_group_name" {
  description = "Name of its log group."
  value       = local.log_group
}

output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "platform_policy" {
  description = "Policy document (JSON) of what Lambda does under the role."
  value       = data.aws_iam_policy_document.platform.json
}

output "role_arn" {
  description = "ARN of its role, for resource policies and organisation policies that name it."
  value       = aws_iam_role.this.arn
}

output "role_name" {
  description = "Name of its role."
  value       = aws_iam_role.this.name
}
