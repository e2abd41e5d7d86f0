variable "account" {
  type = object({
    id        = string
    partition = string
  })
  description = "Where this lies: the output of the module account."
  nullable    = false
}

variable "bus_account_id" {
  type        = string
  description = "Account of the bus, if it is another; its bus has to let this account put events. Null is this account."
  default     = null
}

variable "dead_letter_queue_arn" {
  type        = string
  description = "ARN of the queue, in the rule's own Region, that gets an event it could not hand over. Its policy must allow it: rule_arns of the module queue."
  nullable    = false
}

variable "description" {
  type        = string
  description = "One line for whoever finds the rule in the console."
  nullable    = false
}

variable "enabled" {
  type        = bool
  description = "Whether it hands events over."
  default     = true
  nullable    = false
}

variable "name" {
  type        = string
  description = "Name of the rule and of its role."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "A rule's name has at most 64 letters, digits, dashes and underscores."
  }
}

variable "pattern" {
  type        = string
  description = "Pattern (JSON) of the events, such as jsonencode({ source = [\"aws.health\"] })."
  nullable    = false

  validation {
    condition     = can(jsondecode(var.pattern).source)
    error_message = "The pattern must be JSON and name a source, or everything that happens would be handed over."
  }
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary for the role, where the account demands one."
  default     = null
}

variable "region" {
  type        = string
  description = "Region whose default event bus gets the events."
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2,}(-[a-z]+)+-\\d+$", var.region))
    error_message = "Name a Region, such as eu-west-1."
  }
}

variable "tags" {
  type        = map(string)
  description = "Tags of rule and role."
  default     = {}
  nullable    = false
}
