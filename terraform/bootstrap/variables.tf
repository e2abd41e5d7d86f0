variable "account_id" {
  type        = string
  description = "Account this is for; with credentials of another one nothing is changed."
  nullable    = false

  validation {
    condition     = can(regex("^\\d{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "oidc" {
  type = object({
    create_provider = optional(bool, true)
    issuer          = optional(string, "token.actions.githubusercontent.com")
    subjects        = list(string)
  })
  description = "Whose pipelines may deploy: the issuer of their tokens, whether the account is still to be told of it, and the subjects, such as repo:example/nightshift:environment:dev."
  nullable    = false

  validation {
    condition     = length(var.oidc.subjects) > 0 && alltrue([for subject in var.oidc.subjects : !can(regex("^[*]|^repo:[*]|^repo:[^/]*/[*]", subject))])
    error_message = "Each subject names a repository, such as repo:example/nightshift:environment:dev: with a star in its place, anybody's pipeline could deploy here."
  }
}

variable "project" {
  type        = string
  description = "First part of every name, as in the environments."
  default     = "nightshift"
  nullable    = false
}

variable "region" {
  type        = string
  description = "Region of the state's bucket."
  nullable    = false
}

variable "state_bucket" {
  type        = string
  description = "Name of the bucket for the state of every environment in this account."
  nullable    = false
}
