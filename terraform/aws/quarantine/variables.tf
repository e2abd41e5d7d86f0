variable "families" {
  type        = set(string)
  description = "Families of parameters of the sources, such as aurora-postgresql16 or aurora-mysql8.0: each gets groups of its own."
  nullable    = false

  validation {
    condition     = length(var.families) > 0 && alltrue([for family in var.families : can(regex("^aurora-(postgresql\\d+|mysql\\d+\\.\\d+)$", family))])
    error_message = "families names at least one, as aurora-postgresql16 or aurora-mysql8.0."
  }
}

variable "function_security_group_id" {
  type        = string
  description = "Security group of the function that anonymises: the only one that is let in."
  nullable    = false

  validation {
    condition     = startswith(var.function_security_group_id, "sg-")
    error_message = "function_security_group_id is the id of a security group, sg-…"
  }
}

variable "name" {
  type        = string
  description = "Name of the security group, and first part of the names of the parameter groups."
  nullable    = false

  validation {
    condition     = can(regex("^[a-z](?:-?[a-z0-9])*$", var.name))
    error_message = "The name has lower case letters, digits and single dashes, and begins with a letter, such as nightshift-dev-quarantine."
  }
}

variable "ports" {
  type        = set(number)
  description = "Ports that sources listen on, which raw copies take over."
  default     = [3306, 5432]
  nullable    = false
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything here."
  default     = {}
  nullable    = false
}

variable "vpc_id" {
  type        = string
  description = "Network that the sources are in, or the quarantine's subnet group."
  nullable    = false
}
