# Beside the environment dev, for the proof of roles: everything switched on that takes a right of its own, and schedules
# that fire while one watches.

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

module "key_rotation" {
  mode          = "apply"
  report_bucket = { name = "nightshift-reports" }

  # Both schedules fire in the same minute.
  reserved_concurrency = 2

  notices = {
    mail_from         = var.notices.mail_from
    operators_mail    = var.notices.operators_mail
    owner_mail_domain = var.notices.owner_mail_domain
    slack_secret_id   = "nightshift-webhook"
    sns_topic_arn     = "arn:aws:sns:eu-west-1:${var.account_id}:nightshift-notices"
  }

  policy = {
    exclude                = ["path:/admin/*"]
    secret_replica_regions = ["eu-north-1"]
  }

  schedule = {
    rotate         = "cron(0 2 * * ? *)"
    tend           = "cron(0 2 * * ? *)"
    window_minutes = 0
  }
}

module "db_users" {
  mode                   = "apply"
  kms_key_arns           = ["arn:aws:kms:us-east-1:${var.account_id}:key/ours"]
  report_bucket          = { name = "nightshift-reports" }
  rotation_function_arns = ["arn:aws:lambda:us-east-1:${var.account_id}:function:rotate"]

  connection = {
    address = "DATABASE_ADDRESS"
    ca_file = "DATABASE_AUTHORITY"
  }

  notices = {
    mail_from         = var.notices.mail_from
    operators_mail    = var.notices.operators_mail
    owner_mail_domain = var.notices.owner_mail_domain
    slack_secret_id   = "nightshift-webhook"
    sns_topic_arn     = "arn:aws:sns:eu-west-1:${var.account_id}:nightshift-notices"
  }

  policy = {
    regions = ["us-east-1"]
  }

  secrets = {
    masters = ["dp-sec-db-ue1-af-activation-master_user-dev"]
    users   = ["app-*"]
  }
}
