output "policies" {
  description = "Policy documents (JSON), to be joined with the job's; none where nothing is switched on."
  value = concat(
    length(local.bucket) == 0 ? [] : [data.aws_iam_policy_document.reports.json],
    local.tells ? [data.aws_iam_policy_document.notices.json] : [],
    values(module.slack_secret)[*].policy,
  )
}
