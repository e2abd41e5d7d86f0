output "platform" {
  description = "Policy document (JSON) of what Step Functions does under the role."
  value       = data.aws_iam_policy_document.platform.json
}
