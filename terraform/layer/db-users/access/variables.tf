variable "account" {
  type = object({
    dns_suffix = string
    id         = string
    partition  = string
  })
  description = "Account the secrets are in, its partition and its suffix of domain names."
  nullable    = false
}

variable "applies" {
  type        = bool
  description = "Whether the function's mode is apply: in plan mode the role may only read."
  nullable    = false
}

variable "kms_key_arns" {
  type        = list(string)
  description = "ARNs of the keys the secrets are encrypted with, where those are yours."
  default     = []
  nullable    = false
}

variable "regions" {
  type        = list(string)
  description = "Regions the servers and their secrets are in."
  nullable    = false
}

variable "rotation_function_arn" {
  type        = string
  description = "ARN of the function that rotates where an event names none. Null for none."
  default     = null
}

variable "rotation_function_arns" {
  type        = list(string)
  description = "ARNs of the functions that events may have users' secrets rotated by."
  default     = []
  nullable    = false
}

variable "secrets" {
  type = object({
    masters = list(string)
    users   = list(string)
  })
  description = "Names of secrets, with * and ?: those of masters, which are read, and those of users, which are written."
  nullable    = false
}
