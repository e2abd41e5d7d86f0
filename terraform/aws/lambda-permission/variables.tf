variable "function_arn" {
  type        = string
  description = "ARN of the function."
  nullable    = false
}

variable "name" {
  type        = string
  description = "Name of the statement in the function's policy."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,100}$", var.name))
    error_message = "A statement's name has at most 100 letters, digits, dashes and underscores."
  }
}

variable "principal" {
  type        = string
  description = "Service that may call it, such as events.amazonaws.com or secretsmanager.amazonaws.com."
  nullable    = false
}

variable "source_account" {
  type        = string
  description = "Account the service must act for. Needed where source_arn names no account, or is left out, as Secrets Manager has it."
  default     = null

  validation {
    condition     = var.source_account != null || var.source_arn != null
    error_message = "Name source_arn or source_account: otherwise anybody who has an account could have the service call the function."
  }
}

variable "source_arn" {
  type        = string
  description = "ARN of what the service must act for, such as a rule."
  default     = null
}
