output "machine" {
  description = "Policy document (JSON) of what the state machine's states call."
  value       = data.aws_iam_policy_document.machine.json
}

output "policies" {
  description = "Policy documents (JSON) of each part, to be joined: list, plan, judge, report and, where accounts are changed, apply."
  value = {
    for part in local.parts : part => concat(
      part == "list" ? [data.aws_iam_policy_document.organisation.json] : [],
      [for name, document in data.aws_iam_policy_document.member : document.json if name == part],
      [data.aws_iam_policy_document.bucket[part].json],
    )
  }
}
