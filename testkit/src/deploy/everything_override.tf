# Beside the environment dev, for the proof of roles: everything switched on that takes a right of its own, and a
# schedule that fires while one watches.

module "cluster_cleanup" {
  mode          = "apply"
  report_bucket = { name = "nightshift-reports" }

  notices = {
    mail_from         = var.notices.mail_from
    operators_mail    = var.notices.operators_mail
    owner_mail_domain = var.notices.owner_mail_domain
    slack_secret_id   = "nightshift-webhook"
    sns_topic_arn     = "arn:aws:sns:eu-west-1:${var.account_id}:nightshift-notices"
  }

  policy = {
    deletion_protection = "override"
    min_notice_hours    = 0
    stopped_clusters    = "start"
  }

  schedule = {
    expression     = "cron(0 2 * * ? *)"
    window_minutes = 0
  }
}
