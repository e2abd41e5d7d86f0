variable "alarm_mail_addresses" {
  type        = set(string)
  description = "Mail addresses that get every alarm. Each must confirm the mails SNS sends it: one from here and one from us-east-1."
  default     = []
  nullable    = false

  validation {
    condition     = !var.production || length(var.alarm_mail_addresses) > 0
    error_message = "Nobody in production would hear of an alarm: name at least one address in alarm_mail_addresses."
  }
}

variable "cluster_cleanup" {
  type        = any
  description = "What differs from the defaults of the layer cluster-cleanup: mode (plan until you have read what it would do, then apply), policy, schedule, members_are_marked, alarms."
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.cluster_cleanup), ["alarms", "members_are_marked", "mode", "policy", "schedule"])) == 0
    error_message = "cluster_cleanup has alarms, members_are_marked, mode, policy and schedule, and nothing else."
  }
}

variable "cluster_clone" {
  type        = any
  description = "Clones for developers, as the layer cluster-clone makes them: mode (plan until you have read what it would do, then apply), policy, schedule, kms_key_arns, alarms. Null leaves the function out."
  default     = null

  validation {
    condition = var.cluster_clone == null || length(setsubtract(
      try(keys(var.cluster_clone), []),
      ["alarms", "kms_key_arns", "mode", "policy", "schedule"],
    )) == 0
    error_message = "cluster_clone has alarms, kms_key_arns, mode, policy and schedule, and nothing else."
  }
}

variable "db_users" {
  type        = any
  description = "The databases whose users pipelines may have made, as the layer db-users takes them: secrets of masters and users, and the vpc to reach them from (or that of platform); mode, policy, kms_key_arns, rotation_function_arns, connection, alarms. Null leaves the function out."
  default     = null

  validation {
    condition = var.db_users == null || length(setsubtract(
      try(keys(var.db_users), []),
      ["alarms", "connection", "kms_key_arns", "mode", "policy", "rotation_function_arns", "secrets", "vpc"],
    )) == 0
    error_message = "db_users has alarms, connection, kms_key_arns, mode, policy, rotation_function_arns, secrets and vpc, and nothing else."
  }
}

variable "environment" {
  type        = string
  description = "Name of the environment, a part of every name."
  nullable    = false
}

variable "excluded_users" {
  type        = list(string)
  description = "Users whose keys are never rotated: names, path:/admin/*, group:name or tag:key=value. A key made for an administrator is an administrator's."
  default     = []
  nullable    = false

  validation {
    condition     = !var.production || length(var.excluded_users) > 0
    error_message = "Name in excluded_users whose keys are never touched in production, such as [\"path:/admin/*\", \"break-glass\"]."
  }
}

variable "key_rotation" {
  type        = any
  description = "What differs from the defaults of the layer key-rotation: mode (plan until you have read what it would do, then apply), policy, schedule, events, alarms."
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.key_rotation), ["alarms", "events", "mode", "policy", "schedule"])) == 0
    error_message = "key_rotation has alarms, events, mode, policy and schedule, and nothing else."
  }
}

variable "notices" {
  type        = any
  description = "Who is told what the functions do, and how: notices of the module run-access, docs/notices.md. To apply, cluster-cleanup and key-rotation need one way to tell owners."
  default     = {}
  nullable    = false
}

variable "org_inventory" {
  type        = any
  description = "The organisation on record, as the layer org-inventory keeps it: mode (plan until you want operators told and the table written), policy, events, schedule, alarms. For the management account or a delegated administrator's. Null leaves the function out."
  default     = null

  validation {
    condition = var.org_inventory == null || length(setsubtract(
      try(keys(var.org_inventory), []),
      ["alarms", "events", "mode", "policy", "schedule"],
    )) == 0
    error_message = "org_inventory has alarms, events, mode, policy and schedule, and nothing else."
  }
}

variable "platform" {
  type        = any
  description = "What all functions stand on. architecture: x86_64 or arm64. code_signing_config_arn: of Lambda, in this Region; every function then takes only archives signed by one of its profiles. kms_key_arn: a key of yours for logs, environment variables, queues, schedules and the topic of alarms. log_groups: names of log groups that are there already, by function. packages: the folder, or the bucket and prefix, below which <architecture>/<function>/bootstrap.zip lies. permissions_boundary_arn: for every role. report_bucket: keeps each run's report, and is of this Region. reserved_concurrency: by function; without, nothing is taken from the account's pool. runbook_url: where docs/runbook.md can be read. tags: of everything. vpc: for every function."
  default     = {}
  nullable    = false
}

variable "production" {
  type        = bool
  description = "Whether what must live, whose keys are never touched and who hears of an alarm have to be named."
  default     = false
  nullable    = false
}

variable "project" {
  type        = string
  description = "First part of every name."
  default     = "nightshift"
  nullable    = false
}

variable "protected" {
  type        = list(string)
  description = "Globs over identifiers, ARNs and key=value tags of clusters and snapshots that are never touched."
  default     = []
  nullable    = false

  validation {
    condition     = !var.production || length(var.protected) > 0
    error_message = "Name in protected what must live in production, such as [\"orders-prod*\", \"tier=critical\"]."
  }
}

variable "protected_users" {
  type        = list(string)
  description = "Globs over names of database users that no event may touch."
  default     = []
  nullable    = false
}

variable "secret_rotation" {
  type        = any
  description = "What rotates the passwords of database users, as the layer secret-rotation takes it: secrets of users and, for alternating users, of masters, and the vpc to reach the databases from (or that of platform); policy, kms_key_arns, connection, timeout_seconds, alarms. db_users has secrets rotated by it where an event names no other function. Null leaves the function out."
  default     = null

  validation {
    condition = var.secret_rotation == null || length(setsubtract(
      try(keys(var.secret_rotation), []),
      ["alarms", "connection", "kms_key_arns", "policy", "secrets", "timeout_seconds", "vpc"],
    )) == 0
    error_message = "secret_rotation has alarms, connection, kms_key_arns, policy, secrets, timeout_seconds and vpc, and nothing else."
  }
}

variable "sender_identity" {
  type        = string
  description = "Mail address or domain that SES is to verify as a sender here. Null if there is none, or it is verified elsewhere."
  default     = null
}

variable "time_zone" {
  type        = string
  description = "IANA time zone of the schedules, and of expiries written without a zone."
  default     = "UTC"
  nullable    = false
}
