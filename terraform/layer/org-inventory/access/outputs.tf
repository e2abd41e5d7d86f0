output "policies" {
  description = "Policy documents (JSON), to be joined: what is read and kept, and in apply mode what is written."
  value = concat(
    [data.aws_iam_policy_document.read.json],
    var.applies && var.writes ? [data.aws_iam_policy_document.apply.json] : [],
  )
}
