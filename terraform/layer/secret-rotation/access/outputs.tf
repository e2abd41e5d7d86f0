output "policies" {
  description = "Policy documents (JSON), to be joined."
  value       = [data.aws_iam_policy_document.this.json]
}
