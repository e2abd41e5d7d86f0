output "policy" {
  description = "Policy document (JSON) for the roles of developers, beside invoke_policy of the layer."
  value       = data.aws_iam_policy_document.this.json
}
