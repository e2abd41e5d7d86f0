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

variable "definition" {
  type        = string
  description = "The machine in the Amazon States Language (JSON), as text: jsonencode would make 5 of 5.0, which is another type in there."
  nullable    = false

  validation {
    condition     = can(jsondecode(var.definition).StartAt) && can(jsondecode(var.definition).States)
    error_message = "The definition is JSON with StartAt and States."
  }

  validation {
    condition     = length(var.definition) <= 1048576
    error_message = "Step Functions takes a definition of at most 1 MiB."
  }
}

variable "distributes" {
  type        = bool
  description = "Whether it has a Distributed Map: the role may then start, follow, stop and redrive what that runs."
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of the KMS key for the log. Null leaves it to a key of AWS."
  default     = null
}

variable "log_retention_days" {
  type        = number
  description = "Days the log is kept."
  default     = 365
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days
    )
    error_message = "CloudWatch Logs keeps a log 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "name" {
  type        = string
  description = "Name of the machine, its role and, below /aws/vendedlogs/states/, its log group."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "The name has at most 64 letters, digits, dashes and underscores: the role has the same, and IAM allows no more."
  }
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary for the role, where the account demands one."
  default     = null
}

variable "policy" {
  type        = string
  description = "Policy document (JSON) of what its states call."
  nullable    = false
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything here."
  default     = {}
  nullable    = false
}
