locals {
  platform = module.platform.platform

  alarms = { actions = [module.operations.alarm_topic_arn] }

  functions = merge(
    {
      cluster-cleanup = module.cluster_cleanup
      key-rotation    = module.key_rotation
    },
    { for function in module.cluster_clone : "cluster-clone" => function },
    { for function in module.db_users : "db-users" => function },
    { for function in module.org_inventory : "org-inventory" => function },
    { for function in module.secret_rotation : "secret-rotation" => function },
  )

  # Below a folder, or a prefix of a bucket: <architecture>/<function>/bootstrap.zip.
  packages = {
    for job in ["cluster-cleanup", "cluster-clone", "db-users", "key-rotation", "org-inventory", "secret-rotation"] : job => {
      path      = local.platform.packages.s3_bucket == null ? "${local.platform.packages.directory}/${local.platform.architecture}/${job}/bootstrap.zip" : null
      s3_bucket = local.platform.packages.s3_bucket
      s3_key    = local.platform.packages.s3_bucket == null ? null : "${local.platform.packages.s3_prefix}${local.platform.architecture}/${job}/bootstrap.zip"
    }
  }

  # What an object holds that its layer does not know, Terraform leaves out without a word; a misspelt protection would protect
  # nothing. What each may hold is asked of the layers themselves.
  given = merge(
    { platform = { known = module.platform.settings.platform, keys = keys(var.platform) } },
    { for part in ["packages", "report_bucket", "vpc"] : "platform.${part}" => {
      known = module.platform.settings[part]
      keys  = try(keys(var.platform[part]), [])
    } },
    { for part in ["alarms", "policy", "schedule"] : "cluster_cleanup.${part}" => {
      known = module.cluster_cleanup.settings[part]
      keys  = try(keys(var.cluster_cleanup[part]), [])
    } },
    { for part in ["alarms", "events", "policy", "schedule"] : "key_rotation.${part}" => {
      known = module.key_rotation.settings[part]
      keys  = try(keys(var.key_rotation[part]), [])
    } },
    flatten([
      [for function in module.cluster_clone : [for part in ["alarms", "policy", "schedule"] : { "cluster_clone.${part}" = {
        known = function.settings[part]
        keys  = try(keys(var.cluster_clone[part]), [])
      } }]],
      [for function in module.db_users : [for part in ["alarms", "connection", "policy"] : { "db_users.${part}" = {
        known = function.settings[part]
        keys  = try(keys(var.db_users[part]), [])
      } }]],
      [for function in module.org_inventory : [for part in ["alarms", "events", "policy", "schedule"] : { "org_inventory.${part}" = {
        known = function.settings[part]
        keys  = try(keys(var.org_inventory[part]), [])
      } }]],
      [for function in module.secret_rotation : [for part in ["alarms", "connection", "policy"] : { "secret_rotation.${part}" = {
        known = function.settings[part]
        keys  = try(keys(var.secret_rotation[part]), [])
      } }]],
    ])...
  )
  unknown = concat(
    flatten([for name, part in local.given : [for key in setsubtract(part.keys, part.known) : "${name}.${key}"]]),
    [for key in setsubtract(keys(var.notices), module.cluster_cleanup.settings.notices) : "notices.${key}"],
  )

  # Named beside the functions, so that nobody has to look in two places for what is never touched.
  elsewhere = concat(
    [for key in ["protected"] : "cluster_cleanup.policy.${key}" if can(var.cluster_cleanup.policy[key])],
    [for key in ["protected"] : "cluster_clone.policy.${key}" if can(var.cluster_clone.policy[key])],
    [for key in ["exclude"] : "key_rotation.policy.${key}" if can(var.key_rotation.policy[key])],
    [for key in ["protected"] : "db_users.policy.${key}" if can(var.db_users.policy[key])],
    [for key in ["protected"] : "secret_rotation.policy.${key}" if can(var.secret_rotation.policy[key])],
  )
}
