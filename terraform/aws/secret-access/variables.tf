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

variable "kms_key_arns" {
  type        = list(string)
  description = "ARNs of the keys the secrets are encrypted with, where they are not the key of Secrets Manager."
  default     = []
  nullable    = false
}

variable "secret_ids" {
  type        = set(string)
  description = "Names or ARNs of the secrets. None gives no right; one that is made beside it is not known before, so that nobody can leave the module out by it."
  nullable    = false
}

variable "sid" {
  type        = string
  description = "Name of the statement: what the secrets are read for."
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9]+$", var.sid))
    error_message = "A sid has letters and digits only, such as ReadTheWebhook."
  }
}
