variable "account" {
  type = object({
    id        = string
    partition = string
    region    = string
  })
  description = "Where this lies: the output of the module account."
  nullable    = false
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of the KMS key to encrypt with; the services that send here must be allowed to use it. Null encrypts with a key of SQS."
  default     = null
}

variable "name" {
  type        = string
  description = "Name of the queue."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,80}$", var.name))
    error_message = "A queue's name has at most 80 letters, digits, dashes and underscores."
  }
}

variable "retention_days" {
  type        = number
  description = "Days an event waits."
  default     = 14
  nullable    = false

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 14
    error_message = "SQS keeps a message 1 to 14 days."
  }
}

variable "rule_arns" {
  type        = list(string)
  description = "ARNs of rules that may send here what they could not hand over. Schedules and functions do it with their roles."
  default     = []
  nullable    = false
}

variable "tags" {
  type        = map(string)
  description = "Tags of the queue."
  default     = {}
  nullable    = false
}
