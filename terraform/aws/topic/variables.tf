variable "account" {
  type = object({
    id = string
  })
  description = "Where this lies: the output of the module account."
  nullable    = false
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of the KMS key to encrypt with; its policy must let cloudwatch.amazonaws.com use it. Null leaves the topic unencrypted at rest, because alarms cannot use the key of SNS."
  default     = null
}

variable "mail_addresses" {
  type        = set(string)
  description = "Addresses that get every message. Each must confirm the mail SNS sends it."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.mail_addresses : can(regex("^[^@\\s]+@[^@\\s]+$", address))])
    error_message = "Each entry must be a mail address such as ops@example.com."
  }
}

variable "name" {
  type        = string
  description = "Name of the topic."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,256}$", var.name))
    error_message = "A topic's name has at most 256 letters, digits, dashes and underscores."
  }
}

variable "tags" {
  type        = map(string)
  description = "Tags of the topic."
  default     = {}
  nullable    = false
}
