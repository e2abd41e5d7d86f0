output "policies" {
  description = "Policy documents (JSON), to be joined: what is read, and in apply mode what is changed."
  value = concat(
    [data.aws_iam_policy_document.read.json],
    var.applies ? [data.aws_iam_policy_document.apply.json] : [],
  )
}

output "reach" {
  description = "Whose keys may be made and deleted, as ARNs of users."
  value       = local.reach
}

output "secrets" {
  description = "The secrets that are written, as an ARN."
  value       = local.secrets
}
