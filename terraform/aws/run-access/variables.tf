variable "account" {
  type = object({
    dns_suffix = string
    id         = string
    partition  = string
    region     = string
  })
  description = "Where this lies: the output of the module account."
  nullable    = false
}

variable "applies" {
  type        = bool
  description = "Whether the function's mode is apply: in plan mode it tells nobody."
  nullable    = false
}

variable "job" {
  type        = string
  description = "Name of the job, the folder of its reports in the bucket."
  nullable    = false
}

variable "notices" {
  type = object({
    contact                  = optional(string)
    language                 = optional(string)
    mail_configuration_set   = optional(string)
    mail_from                = optional(string)
    mail_sandbox_recipients  = optional(list(string), [])
    operators_mail           = optional(list(string), [])
    owner_mail_domain        = optional(string)
    owner_mail_tag           = optional(string)
    slack_secret_id          = optional(string)
    slack_secret_kms_key_arn = optional(string)
    sns_topic_arn            = optional(string)
    sns_topic_kms_key_arn    = optional(string)
  })
  description = "Who is told, and how: the variables of docs/notices.md, the keys a channel encrypts with where those are yours, the configuration set attached to the sender's identity, and the identities (addresses or domains) that may get mail while the account is in the sandbox of SES."
  default     = {}
  nullable    = false

  validation {
    condition     = var.notices.mail_from == null || can(regex("^[^@\\s<>,;\"*?$]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+$", var.notices.mail_from))
    error_message = "mail_from is the sender's bare address, such as nightshift@example.com."
  }

  validation {
    condition     = (var.notices.mail_from == null) == (length(var.notices.operators_mail) == 0)
    error_message = "mail_from and operators_mail go together: a sender, and at least one address for what nobody owns."
  }

  validation {
    condition     = alltrue([for address in var.notices.operators_mail : can(regex("^[^@,\\s]+@[^@,\\s]+$", address))])
    error_message = "operators_mail lists bare addresses, such as ops@example.com."
  }

  validation {
    condition     = alltrue([for identity in var.notices.mail_sandbox_recipients : can(regex("^[^\\s<>,;\"*?$]+$", identity))])
    error_message = "mail_sandbox_recipients lists whole addresses or domains: a star would be every identity of the account."
  }

  # An alias is nothing IAM goes by: what it is to allow would be refused.
  validation {
    condition = alltrue([
      for arn in compact([var.notices.slack_secret_kms_key_arn, var.notices.sns_topic_kms_key_arn]) :
      can(regex("^arn:[^:]+:kms:[^:]+:\\d{12}:key/[^*?]+$", arn))
    ])
    error_message = "slack_secret_kms_key_arn and sns_topic_kms_key_arn are ARNs of keys, arn:aws:kms:REGION:ACCOUNT:key/ID, and of no alias."
  }

  validation {
    condition     = !can(regex("://|hooks[.]|/services/T", var.notices.slack_secret_id))
    error_message = "slack_secret_id is the name or ARN of a secret that holds the webhook's URL, not the URL: Terraform would keep it in its state."
  }
}

variable "report_bucket" {
  type = object({
    kms_key_arn = optional(string)
    name        = string
  })
  description = "Bucket of the function's own Region that keeps each run's report, and the key it encrypts with if that is one of yours."
  default     = null

  validation {
    condition     = try(var.report_bucket.kms_key_arn, null) == null || can(regex("^arn:[^:]+:kms:[^:]+:\\d{12}:key/[^*?]+$", var.report_bucket.kms_key_arn))
    error_message = "kms_key_arn of report_bucket is the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID: an alias is nothing IAM goes by."
  }

  validation {
    condition     = var.report_bucket == null || can(regex("^[a-z0-9.-]{3,63}$", var.report_bucket.name))
    error_message = "report_bucket has the bucket's name, without s3:// or a folder."
  }
}
