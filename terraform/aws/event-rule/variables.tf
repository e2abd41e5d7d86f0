variable "dead_letter_queue_arn" {
  type        = string
  description = "ARN of the queue that gets an event the rule could not hand over. Its policy must allow it: rule_arns of the module queue."
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

variable "function_arn" {
  type        = string
  description = "ARN of the function it calls."
  nullable    = false
}

variable "name" {
  type        = string
  description = "Name of the rule."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "A rule's name has at most 64 letters, digits, dashes and underscores."
  }
}

variable "pattern" {
  type        = string
  description = "Pattern (JSON) of the events, such as jsonencode({ source = [\"aws.config\"] })."
  nullable    = false

  validation {
    condition     = can(jsondecode(var.pattern).source)
    error_message = "The pattern must be JSON and name a source, or anybody who may put events could call the function."
  }
}

variable "tags" {
  type        = map(string)
  description = "Tags of the rule."
  default     = {}
  nullable    = false
}
