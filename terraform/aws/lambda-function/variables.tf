variable "architecture" {
  type        = string
  description = "Instruction set the archive was built for: x86_64 or arm64."
  default     = "x86_64"
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "The architecture is x86_64 or arm64, as in `cargo xtask package --arch`."
  }
}

variable "async" {
  type = object({
    maximum_event_age_seconds = optional(number, 3600)
    retries                   = optional(number, 2)
  })
  description = "What Lambda does with an asynchronous event it could not deliver or that failed: how often it repeats it, and for how long, before the event goes to the dead-letter queue."
  default     = {}
  nullable    = false

  validation {
    condition     = contains([0, 1, 2], var.async.retries)
    error_message = "Lambda repeats a failed event 0, 1 or 2 times."
  }

  validation {
    condition     = var.async.maximum_event_age_seconds >= 60 && var.async.maximum_event_age_seconds <= 21600
    error_message = "Lambda keeps an event 60 to 21600 seconds."
  }
}

variable "dead_letter_queue_arn" {
  type        = string
  description = "ARN of the queue that gets an event after its last retry."
  nullable    = false
}

variable "description" {
  type        = string
  description = "One line for whoever finds the function in the console."
  nullable    = false
}

variable "environment" {
  type        = map(string)
  description = "Environment variables. No secret belongs here: pass the id of one."
  default     = {}
  nullable    = false
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of the KMS key for environment variables and log. Null leaves both to keys of AWS."
  default     = null
}

variable "log_retention_days" {
  type        = number
  description = "Days the log is kept. It is the record of what was deleted and why."
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

variable "memory_mb" {
  type        = number
  description = "Memory in MB; the processor grows with it."
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "Lambda gives 128 to 10240 MB."
  }
}

variable "name" {
  type        = string
  description = "Name of the function, its role and, below /aws/lambda/, its log group."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "A function's name has at most 64 letters, digits, dashes and underscores: shorten project or environment."
  }
}

variable "package" {
  type        = string
  description = "Path of the archive with the binary `bootstrap`."
  nullable    = false

  validation {
    condition     = fileexists(var.package)
    error_message = "There is no such archive. Build it with `cargo xtask package`, or set package_dir to the folder that holds <function>/bootstrap.zip."
  }
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary for the role, where the account demands one."
  default     = null
}

variable "policy" {
  type        = string
  description = "Policy document (JSON) of what the function's job needs."
  nullable    = false
}

variable "reserved_concurrency" {
  type        = number
  description = "Runs at the same time, taken from the account's pool; -1 reserves none."
  default     = 1
  nullable    = false

  validation {
    condition     = var.reserved_concurrency >= -1
    error_message = "Reserve a number of runs, 0 to stop the function, or -1 for no reservation."
  }
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything here."
  default     = {}
  nullable    = false
}

variable "timeout_seconds" {
  type        = number
  description = "Seconds a run may take."
  default     = 900
  nullable    = false

  validation {
    condition     = var.timeout_seconds > 45 && var.timeout_seconds <= 900
    error_message = "A run begins no item with less than 45 seconds left, and Lambda ends at 900: set 46 to 900, best 900."
  }
}

variable "vpc" {
  type = object({
    security_group_ids = list(string)
    subnet_ids         = list(string)
  })
  description = "Network to stand in, for functions that talk to databases. Null for none."
  default     = null
}
