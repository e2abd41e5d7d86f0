# Production: only what somebody marked as disposable, one a night, and its data is kept for three months; no key passes
# ninety days.

locals {
  environment = "prod"
}

module "operations" {
  source = "../../layer/operations"

  alarm_mail_addresses = var.alarm_mail_addresses
  environment          = local.environment
  sender_identity      = var.sender_identity
}

module "cluster_cleanup" {
  source = "../../layer/cluster-cleanup"

  architecture  = var.architecture
  environment   = local.environment
  mode          = var.cluster_cleanup_mode
  notices       = var.notices
  package       = "${var.package_dir}/cluster-cleanup/bootstrap.zip"
  report_bucket = var.report_bucket
  runbook_url   = var.runbook_url

  alarms = {
    actions = [module.operations.alarm_topic_arn]
  }

  policy = {
    final_snapshot     = "always"
    max_deletions      = 1
    protected          = var.protected
    required_tags      = { disposable = "yes" }
    snapshot_keep_days = 90
    time_zone          = var.time_zone
  }

  schedule = {
    expression = "cron(0 2 * * ? *)"
    time_zone  = var.time_zone
  }
}

module "key_rotation" {
  source = "../../layer/key-rotation"

  providers = {
    aws        = aws
    aws.global = aws.global
  }

  architecture  = var.architecture
  environment   = local.environment
  mode          = var.key_rotation_mode
  notices       = var.notices
  package       = "${var.package_dir}/key-rotation/bootstrap.zip"
  report_bucket = var.report_bucket
  runbook_url   = var.runbook_url

  alarms = {
    actions = [module.operations.alarm_topic_arn]
  }

  policy = {
    exclude      = var.excluded_users
    max_age_days = 90
    time_zone    = var.time_zone
  }

  # Every morning: a monthly run keeps a promise of ninety days only by rotating keys of three weeks.
  schedule = {
    rotate    = "cron(0 8 * * ? *)"
    time_zone = var.time_zone
  }
}

module "db_users" {
  source = "../../layer/db-users"
  count  = var.db_users == null ? 0 : 1

  architecture           = var.architecture
  environment            = local.environment
  kms_key_arns           = var.db_users.kms_key_arns
  mode                   = var.db_users_mode
  notices                = var.notices
  package                = "${var.package_dir}/db-users/bootstrap.zip"
  report_bucket          = var.report_bucket
  rotation_function_arns = var.db_users.rotation_function_arns
  runbook_url            = var.runbook_url
  secrets                = var.db_users.secrets
  vpc                    = var.db_users.vpc

  alarms = {
    actions = [module.operations.alarm_topic_arn]
  }

  policy = {
    protected = var.db_users.protected
    time_zone = var.time_zone
  }
}

module "overview" {
  source = "../../layer/overview"

  environment = local.environment

  functions = merge(
    {
      cluster-cleanup = module.cluster_cleanup.overview
      key-rotation    = module.key_rotation.overview
    },
    { for function in module.db_users : "db-users" => function.overview },
  )
}
