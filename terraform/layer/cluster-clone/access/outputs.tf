output "policies" {
  description = "Policy documents (JSON), to be joined: what is read, and in apply mode what is changed."
  value = concat(
    [data.aws_iam_policy_document.read.json],
    [for one in data.aws_iam_policy_document.rules : one.json],
    [for one in data.aws_iam_policy_document.keys : one.json],
    var.applies ? [data.aws_iam_policy_document.apply.json] : [],
    var.applies ? [for one in data.aws_iam_policy_document.quarantine : one.json] : [],
  )
}
