output "policies" {
  description = "Policy documents (JSON), to be joined with the job's; none where nothing is switched on."
  value = concat(
    length(local.bucket) == 0 ? [] : [data.aws_iam_policy_document.reports.json],
    local.tells ? [data.aws_iam_policy_document.notices.json] : [],
    local.hooks ? [module.slack_secret.policy] : [],
  )
}

output "settings" {
  description = "Names of what notices may hold."
  value       = keys(var.notices)
}

output "tells_owners" {
  description = "Whether there is a way to tell anybody."
  value = anytrue([
    var.notices.mail_from != null,
    var.notices.slack_secret_id != null,
    var.notices.sns_topic_arn != null,
  ])
}

output "variables" {
  description = "Environment variables that say the same to the function; null is not to be set."
  value = {
    NIGHTSHIFT_CONTACT           = var.notices.contact
    NIGHTSHIFT_LANGUAGE          = var.notices.language
    NIGHTSHIFT_MAIL_FROM         = var.notices.mail_from
    NIGHTSHIFT_OPERATORS_MAIL    = length(var.notices.operators_mail) == 0 ? null : join(",", var.notices.operators_mail)
    NIGHTSHIFT_OWNER_MAIL_DOMAIN = var.notices.owner_mail_domain
    NIGHTSHIFT_OWNER_MAIL_TAG    = var.notices.owner_mail_tag
    NIGHTSHIFT_REPORT_BUCKET     = try(var.report_bucket.name, null)
    NIGHTSHIFT_SLACK_SECRET_ID   = var.notices.slack_secret_id
    NIGHTSHIFT_SNS_TOPIC_ARN     = var.notices.sns_topic_arn
  }
}
