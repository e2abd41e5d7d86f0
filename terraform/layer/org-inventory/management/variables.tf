variable "account" {
  type = object({
    dns_suffix = string
    id         = string
    partition  = string
    region     = string
  })
  description = "The management account, in us-east-1: the output of the module account there."
  nullable    = false
}

variable "environment" {
  type        = string
  description = "Name of the environment, a part of every name."
  nullable    = false
}

variable "function_account_id" {
  type        = string
  description = "Account the function is in: a delegated administrator, or the management account itself."
  nullable    = false

  validation {
    condition     = can(regex("^\\d{12}$", var.function_account_id))
    error_message = "function_account_id has twelve digits."
  }
}

variable "function_region" {
  type        = string
  description = "Region the function is in."
  nullable    = false
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary for the role, where the account demands one."
  default     = null
}

variable "project" {
  type        = string
  description = "First part of every name."
  default     = "nightshift"
  nullable    = false
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything here, beside component."
  default     = {}
  nullable    = false
}
