variable "account" {
  type = object({
    dns_suffix = string
    id         = string
    partition  = string
    region     = string
  })
  description = "Account and Region of the function and the secrets, its partition and its suffix of domain names."
  nullable    = false
}

variable "function_arn" {
  type        = string
  description = "ARN of the function: of the secrets that are named, those are its own that name it."
  nullable    = false
}

variable "kms_key_arns" {
  type        = list(string)
  description = "ARNs of the keys the secrets are encrypted with, where those are yours."
  default     = []
  nullable    = false
}

variable "secrets" {
  type = object({
    masters = optional(list(string), [])
    users   = list(string)
  })
  description = "Names of secrets, with * and ?: those of masters are read and never written."
  nullable    = false
}
