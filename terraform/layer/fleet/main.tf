# The whole fleet of one environment: every function with its layer, what they share, and one dashboard. An environment is a
# provider, a backend, and one call of this module with its values.

module "account" {
  source = "../../aws/account"
}

module "platform" {
  source = "./platform"

  platform = var.platform
}

module "operations" {
  source = "../operations"

  providers = {
    aws        = aws
    aws.global = aws.global
  }

  account              = module.account.account
  alarm_mail_addresses = var.alarm_mail_addresses
  environment          = var.environment
  kms_key_arn          = local.platform.kms_key_arn
  project              = var.project
  sender_identity      = var.sender_identity
  tags                 = local.platform.tags
}

module "cluster_cleanup" {
  source = "../cluster-cleanup"

  account                  = module.account.account
  alarms                   = merge(local.alarms, try(var.cluster_cleanup.alarms, {}))
  architecture             = local.platform.architecture
  code_signing_config_arn  = local.platform.code_signing_config_arn
  environment              = var.environment
  kms_key_arn              = local.platform.kms_key_arn
  log_group                = lookup(local.platform.log_groups, "cluster-cleanup", null)
  log_retention_days       = local.platform.log_retention_days
  members_are_marked       = try(var.cluster_cleanup.members_are_marked, false)
  mode                     = try(var.cluster_cleanup.mode, "plan")
  notices                  = var.notices
  package                  = local.packages["cluster-cleanup"]
  permissions_boundary_arn = local.platform.permissions_boundary_arn
  policy                   = merge({ time_zone = var.time_zone }, try(var.cluster_cleanup.policy, {}), { protected = var.protected })
  project                  = var.project
  report_bucket            = local.platform.report_bucket
  reserved_concurrency     = lookup(local.platform.reserved_concurrency, "cluster-cleanup", -1)
  runbook_url              = local.platform.runbook_url
  schedule                 = merge({ time_zone = var.time_zone }, try(var.cluster_cleanup.schedule, {}))
  tags                     = local.platform.tags
  vpc                      = local.platform.vpc
}

module "cluster_clone" {
  source = "../cluster-clone"
  count  = var.cluster_clone == null ? 0 : 1

  account                  = module.account.account
  alarms                   = merge(local.alarms, try(var.cluster_clone.alarms, {}))
  architecture             = local.platform.architecture
  code_signing_config_arn  = local.platform.code_signing_config_arn
  environment              = var.environment
  kms_key_arn              = local.platform.kms_key_arn
  kms_key_arns             = try(var.cluster_clone.kms_key_arns, [])
  log_group                = lookup(local.platform.log_groups, "cluster-clone", null)
  log_retention_days       = local.platform.log_retention_days
  mode                     = try(var.cluster_clone.mode, "plan")
  notices                  = var.notices
  package                  = local.packages["cluster-clone"]
  permissions_boundary_arn = local.platform.permissions_boundary_arn
  policy                   = merge({ time_zone = var.time_zone }, try(var.cluster_clone.policy, {}), { protected = var.protected })
  project                  = var.project
  report_bucket            = local.platform.report_bucket
  reserved_concurrency     = lookup(local.platform.reserved_concurrency, "cluster-clone", -1)
  runbook_url              = local.platform.runbook_url
  schedule                 = merge({ time_zone = var.time_zone }, try(var.cluster_clone.schedule, {}))
  tags                     = local.platform.tags
  vpc                      = local.platform.vpc
}

module "org_inventory" {
  source = "../org-inventory"
  count  = var.org_inventory == null ? 0 : 1

  account                  = module.account.account
  alarms                   = merge(local.alarms, try(var.org_inventory.alarms, {}))
  architecture             = local.platform.architecture
  code_signing_config_arn  = local.platform.code_signing_config_arn
  environment              = var.environment
  events                   = try(var.org_inventory.events, {})
  kms_key_arn              = local.platform.kms_key_arn
  log_group                = lookup(local.platform.log_groups, "org-inventory", null)
  log_retention_days       = local.platform.log_retention_days
  mode                     = try(var.org_inventory.mode, "plan")
  notices                  = var.notices
  package                  = local.packages["org-inventory"]
  permissions_boundary_arn = local.platform.permissions_boundary_arn
  policy                   = merge({ time_zone = var.time_zone }, try(var.org_inventory.policy, {}))
  project                  = var.project
  report_bucket            = local.platform.report_bucket
  reserved_concurrency     = lookup(local.platform.reserved_concurrency, "org-inventory", -1)
  runbook_url              = local.platform.runbook_url
  schedule                 = merge({ time_zone = var.time_zone }, try(var.org_inventory.schedule, {}))
  tags                     = local.platform.tags
  vpc                      = local.platform.vpc
}

module "key_rotation" {
  source = "../key-rotation"

  providers = {
    aws        = aws
    aws.global = aws.global
  }

  account                  = module.account.account
  alarms                   = merge(local.alarms, { global_actions = [module.operations.global_alarm_topic_arn] }, try(var.key_rotation.alarms, {}))
  architecture             = local.platform.architecture
  code_signing_config_arn  = local.platform.code_signing_config_arn
  environment              = var.environment
  events                   = try(var.key_rotation.events, {})
  kms_key_arn              = local.platform.kms_key_arn
  log_group                = lookup(local.platform.log_groups, "key-rotation", null)
  log_retention_days       = local.platform.log_retention_days
  mode                     = try(var.key_rotation.mode, "plan")
  notices                  = var.notices
  package                  = local.packages["key-rotation"]
  permissions_boundary_arn = local.platform.permissions_boundary_arn
  policy                   = merge({ time_zone = var.time_zone }, try(var.key_rotation.policy, {}), { exclude = var.excluded_users })
  project                  = var.project
  report_bucket            = local.platform.report_bucket
  reserved_concurrency     = lookup(local.platform.reserved_concurrency, "key-rotation", -1)
  runbook_url              = local.platform.runbook_url
  schedule                 = merge({ time_zone = var.time_zone }, try(var.key_rotation.schedule, {}))
  tags                     = local.platform.tags
  vpc                      = local.platform.vpc
}

module "db_users" {
  source = "../db-users"
  count  = var.db_users == null ? 0 : 1

  account                  = module.account.account
  alarms                   = merge(local.alarms, try(var.db_users.alarms, {}))
  architecture             = local.platform.architecture
  code_signing_config_arn  = local.platform.code_signing_config_arn
  connection               = try(var.db_users.connection, {})
  environment              = var.environment
  kms_key_arn              = local.platform.kms_key_arn
  kms_key_arns             = try(var.db_users.kms_key_arns, [])
  log_group                = lookup(local.platform.log_groups, "db-users", null)
  log_retention_days       = local.platform.log_retention_days
  mode                     = try(var.db_users.mode, "plan")
  notices                  = var.notices
  package                  = local.packages["db-users"]
  permissions_boundary_arn = local.platform.permissions_boundary_arn
  policy                   = merge({ rotation_function_arn = one(module.secret_rotation[*].function_arn), time_zone = var.time_zone }, try(var.db_users.policy, {}), { protected = var.protected_users })
  project                  = var.project
  report_bucket            = local.platform.report_bucket
  reserved_concurrency     = lookup(local.platform.reserved_concurrency, "db-users", -1)
  rotation_function_arns   = try(var.db_users.rotation_function_arns, [])
  runbook_url              = local.platform.runbook_url
  secrets                  = var.db_users.secrets
  tags                     = local.platform.tags
  vpc                      = try(var.db_users.vpc, local.platform.vpc)
}

module "secret_rotation" {
  source = "../secret-rotation"
  count  = var.secret_rotation == null ? 0 : 1

  account                  = module.account.account
  alarms                   = merge(local.alarms, try(var.secret_rotation.alarms, {}))
  architecture             = local.platform.architecture
  code_signing_config_arn  = local.platform.code_signing_config_arn
  connection               = try(var.secret_rotation.connection, {})
  environment              = var.environment
  kms_key_arn              = local.platform.kms_key_arn
  kms_key_arns             = try(var.secret_rotation.kms_key_arns, [])
  log_group                = lookup(local.platform.log_groups, "secret-rotation", null)
  log_retention_days       = local.platform.log_retention_days
  package                  = local.packages["secret-rotation"]
  permissions_boundary_arn = local.platform.permissions_boundary_arn
  policy                   = merge(try(var.secret_rotation.policy, {}), { protected = var.protected_users })
  project                  = var.project
  report_bucket            = local.platform.report_bucket
  reserved_concurrency     = lookup(local.platform.reserved_concurrency, "secret-rotation", -1)
  runbook_url              = local.platform.runbook_url
  secrets                  = var.secret_rotation.secrets
  tags                     = local.platform.tags
  timeout_seconds          = try(var.secret_rotation.timeout_seconds, 120)
  vpc                      = try(var.secret_rotation.vpc, local.platform.vpc)
}

module "overview" {
  source = "../overview"

  account     = module.account.account
  environment = var.environment
  functions   = { for job, function in local.functions : job => function.overview }
  project     = var.project
}
