variable "call_as" {
  type        = string
  description = "SELF in the management account, DELEGATED_ADMIN in one that is registered for StackSets."
  default     = "DELEGATED_ADMIN"
  nullable    = false

  validation {
    condition     = contains(["SELF", "DELEGATED_ADMIN"], var.call_as)
    error_message = "call_as is SELF or DELEGATED_ADMIN."
  }
}

variable "description" {
  type        = string
  description = "One line for whoever finds the StackSet in the console."
  nullable    = false
}

variable "excluded_accounts" {
  type        = set(string)
  description = "Accounts of the units that get nothing."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.excluded_accounts : can(regex("^\\d{12}$", id))])
    error_message = "An account's id has twelve digits."
  }
}

variable "name" {
  type        = string
  description = "Name of the StackSet."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9-]{0,127}$", var.name))
    error_message = "A StackSet's name begins with a letter and has at most 128 letters, digits and dashes."
  }
}

variable "region" {
  type        = string
  description = "Region the stacks lie in."
  nullable    = false
}

variable "tags" {
  type        = map(string)
  description = "Tags of the StackSet and of what its stacks make."
  default     = {}
  nullable    = false
}

variable "template" {
  type        = string
  description = "CloudFormation template (JSON)."
  nullable    = false

  validation {
    condition     = can(jsondecode(var.template).Resources)
    error_message = "The template is JSON with Resources."
  }
}

variable "tolerated_percent" {
  type        = number
  description = "How many accounts of a hundred may fail before AWS stops."
  default     = 10
  nullable    = false
}

variable "unit_ids" {
  type        = set(string)
  description = "Ids of roots and units, below which every account gets a stack. AWS leaves the management account out."
  nullable    = false

  validation {
    condition     = length(var.unit_ids) > 0 && alltrue([for id in var.unit_ids : can(regex("^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", id))])
    error_message = "unit_ids lists ids, such as r-abcd or ou-abcd-11112222: StackSets know no names of units."
  }
}
