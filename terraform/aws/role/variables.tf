variable "description" {
  type        = string
  description = "One line for whoever finds the role in the console."
  nullable    = false
}

variable "name" {
  type        = string
  description = "Name of the role."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "A role's name has at most 64 letters, digits, dashes and underscores: shorten project or environment."
  }
}

variable "path" {
  type        = string
  description = "Path of the role, a part of its ARN."
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([a-zA-Z0-9_-]+/)*$", var.path))
    error_message = "A path begins and ends with a slash, such as /nightshift/."
  }
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary, where the account demands one."
  default     = null
}

variable "policy" {
  type        = string
  description = "Policy document (JSON) of what it may do."
  nullable    = false
}

variable "policy_hint" {
  type        = string
  description = "What to shorten where the policy is longer than IAM allows, as a part of a sentence."
  default     = "the policy"
  nullable    = false
}

variable "tags" {
  type        = map(string)
  description = "Tags of the role."
  default     = {}
  nullable    = false
}

variable "trust" {
  type        = string
  description = "Policy document (JSON) of who may assume it, and on what condition."
  nullable    = false

  validation {
    condition = alltrue([
      for statement in try(jsondecode(var.trust).Statement, [{}]) :
      statement.Effect == "Deny" || (can(statement.Condition) && !contains(flatten([try(statement.Principal.AWS, "*")]), "*"))
    ])
    error_message = "Each statement of the trust names a principal and has a condition: a name alone is anybody's who can take it."
  }
}
