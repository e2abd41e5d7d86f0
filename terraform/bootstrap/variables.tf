variable "account_id" {
  type        = string
  description = "Account this is for; with credentials of another one nothing is changed."
  nullable    = false

  validation {
    condition     = can(regex("^\\d{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "kms_key_arns" {
  type        = list(string)
  description = "ARNs of keys of yours, where an environment has one as kms_key_arn of platform: the deployer hands it on."
  default     = []
  nullable    = false
}

variable "log_groups" {
  type        = list(string)
  description = "Names of log groups that are there already, where an environment uses some: log_groups of platform."
  default     = []
  nullable    = false
}

variable "oidc" {
  type = object({
    create_provider = optional(bool, true)
    issuer          = optional(string, "token.actions.githubusercontent.com")
    subjects        = list(string)
  })
  description = "Whose pipelines may deploy: the issuer of their tokens, whether the account is still to be told of it, and the subjects, such as repo:example/nightshift:environment:dev."
  nullable    = false

  # IAM compares with * and ?; whoever can register a name that a pattern covers could deploy here.
  validation {
    condition = length(var.oidc.subjects) > 0 && alltrue([
      for subject in var.oidc.subjects : can(regex("^([^*?]+|[A-Za-z_]+:[^*?:/]+(/[^*?:/]+)+:.+)$", subject))
    ])
    error_message = "Each subject names its repository in full, such as repo:example/nightshift:environment:dev: with * or ? in the owner's or the repository's place, somebody else's pipeline could deploy here."
  }

  # IAM takes no more of a role's trust; what stands around the subjects has some five hundred of them.
  validation {
    condition     = length(jsonencode(var.oidc.subjects)) <= 1400
    error_message = "The subjects are longer than a role's trust may be (2048 characters): name a repository once, as repo:example/nightshift:environment:*."
  }

  validation {
    condition     = can(regex("^[a-z0-9.-]+(:\\d+)?(/[^\\s]*)?$", var.oidc.issuer))
    error_message = "The issuer is given without https://, such as token.actions.githubusercontent.com."
  }
}

variable "packages_bucket" {
  type        = string
  description = "Name of the bucket of archives, where packages of platform names one. Null for none."
  default     = null
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

variable "senders" {
  type        = list(string)
  description = "What environments have SES verify as a sender: their sender_identity. An empty list where that is done elsewhere."
  nullable    = false
}

variable "state_bucket" {
  type        = string
  description = "Name of the bucket for the state of every environment in this account."
  nullable    = false
}
