output "policy" {
  description = "Policy document (JSON), to be joined with the rest of a role's."
  value       = data.aws_iam_policy_document.this.json
}
