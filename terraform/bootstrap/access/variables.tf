variable "account" {
  type = object({
    dns_suffix = string
    id         = string
    partition  = string
  })
  description = "Account this is for, its partition and its suffix of domain names."
  nullable    = false
}

variable "kms_key_arns" {
  type        = list(string)
  description = "ARNs of the keys of yours that environments are given as kms_key_arn of platform."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.kms_key_arns : can(regex("^arn:[^:]+:kms:[^:]+:\\d{12}:key/[^*?]+$", arn))])
    error_message = "kms_key_arns lists ARNs of keys, arn:aws:kms:REGION:ACCOUNT:key/ID: an alias is nothing IAM goes by."
  }
}

variable "log_groups" {
  type        = list(string)
  description = "Names of log groups that are there already and that environments are to use: log_groups of platform."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.log_groups : can(regex("^[a-zA-Z0-9_/.#-]{1,512}$", name))])
    error_message = "log_groups lists whole names of log groups."
  }
}

variable "packages_bucket" {
  type        = string
  description = "Name of the bucket archives are fetched from, where packages of platform names one. Null for none."
  default     = null
}

variable "project" {
  type        = string
  description = "First part of every name, as in the environments."
  nullable    = false
}

variable "senders" {
  type        = list(string)
  description = "Mail addresses and domains that environments have SES verify: their sender_identity. Others are out of reach."
  nullable    = false

  validation {
    condition     = alltrue([for sender in var.senders : can(regex("^([^@*?\\s]+@)?[a-z0-9.-]+$", sender))])
    error_message = "senders lists whole addresses or domains, in small letters behind the @, such as nightshift@example.com: a star would be every identity of the account."
  }
}

variable "state_bucket" {
  type        = string
  description = "Name of the bucket for the state of every environment in this account."
  nullable    = false
}
