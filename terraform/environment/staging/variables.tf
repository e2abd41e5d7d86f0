variable "account_id" {
  type        = string
  description = "Account this environment lies in; with credentials of another one nothing is changed."
  nullable    = false

  validation {
    condition     = can(regex("^\\d{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "alarm_mail_addresses" {
  type        = set(string)
  description = "Mail addresses that get every alarm. Each must confirm the mail SNS sends it."
  default     = []
  nullable    = false
}

variable "architecture" {
  type        = string
  description = "Instruction set the archives were built for: x86_64 or arm64."
  default     = "x86_64"
  nullable    = false
}

variable "cluster_cleanup_mode" {
  type        = string
  description = "plan, until you have read what it would do; then apply."
  default     = "plan"
  nullable    = false
}

variable "db_users" {
  type = object({
    kms_key_arns           = optional(list(string), [])
    protected              = optional(list(string), [])
    rotation_function_arns = optional(list(string), [])

    secrets = object({
      masters = list(string)
      users   = list(string)
    })

    vpc = object({
      security_group_ids = list(string)
      subnet_ids         = list(string)
    })
  })
  description = "The databases whose users pipelines may have made: the secrets of their masters and users, users nobody may touch, and the network to reach them from (terraform/layer/db-users). Null leaves the function out."
  default     = null
}

variable "db_users_mode" {
  type        = string
  description = "plan, until you have read what it would do; then apply."
  default     = "plan"
  nullable    = false
}

variable "excluded_users" {
  type        = list(string)
  description = "Users whose keys are never rotated: names, path:/admin/*, group:name or tag:key=value. A key made for an administrator is an administrator's."
  default     = []
  nullable    = false
}

variable "key_rotation_mode" {
  type        = string
  description = "plan, until you have read what it would do; then apply."
  default     = "plan"
  nullable    = false
}

variable "notices" {
  type = object({
    contact                  = optional(string)
    language                 = optional(string)
    mail_from                = optional(string)
    operators_mail           = optional(list(string), [])
    owner_mail_domain        = optional(string)
    owner_mail_tag           = optional(string)
    slack_secret_id          = optional(string)
    slack_secret_kms_key_arn = optional(string)
    sns_topic_arn            = optional(string)
    sns_topic_kms_key_arn    = optional(string)
  })
  description = "Who is told what the functions do, and how: docs/notices.md. To apply, cluster-cleanup and key-rotation need one way to tell owners."
  default     = {}
  nullable    = false
}

variable "package_dir" {
  type        = string
  description = "Folder that holds <function>/bootstrap.zip, where `cargo xtask package` leaves them."
  default     = "../../../target/lambda"
  nullable    = false
}

variable "protected" {
  type        = list(string)
  description = "Globs over identifiers, ARNs and key=value tags of what is never touched."
  default     = []
  nullable    = false
}

variable "region" {
  type        = string
  description = "Region the functions lie in and work in."
  nullable    = false
}

variable "report_bucket" {
  type = object({
    kms_key_arn = optional(string)
    name        = string
  })
  description = "Bucket of the same Region that keeps each run's report. Null keeps them in the log only."
  default     = null
}

variable "runbook_url" {
  type        = string
  description = "Where docs/runbook.md can be read; alarms link to its paragraphs."
  default     = "docs/runbook.md"
  nullable    = false
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
