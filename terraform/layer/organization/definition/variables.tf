variable "applies" {
  type        = bool
  description = "Whether accounts are changed. Without, the machine has no map that could."
  nullable    = false
}

variable "bucket" {
  type        = string
  description = "Name of the run's bucket."
  nullable    = false
}

variable "canary_failures" {
  type        = number
  description = "How many of the accounts that go first may fail."
  default     = 0
  nullable    = false

  validation {
    condition     = var.canary_failures >= 0 && floor(var.canary_failures) == var.canary_failures
    error_message = "canary_failures is a whole number, 0 or more."
  }
}

variable "concurrency" {
  type        = number
  description = "How many accounts are worked on at once."
  default     = 40
  nullable    = false

  # None would be as many as there are.
  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000 && floor(var.concurrency) == var.concurrency
    error_message = "concurrency is a whole number, 1 to 1000: each account takes one of Lambda's concurrent runs, which the whole account shares."
  }
}

variable "functions" {
  type = object({
    apply  = optional(string)
    judge  = string
    list   = string
    plan   = string
    report = string
  })
  description = "ARNs of the functions, by their part. apply is there only where accounts are changed."
  nullable    = false

  validation {
    condition     = !var.applies || var.functions.apply != null
    error_message = "A machine that changes accounts needs the function apply."
  }
}

variable "job" {
  type        = string
  description = "Name of the job, a folder of the bucket."
  nullable    = false
}

variable "partition" {
  type        = string
  description = "Partition of AWS, such as aws."
  nullable    = false
}

variable "timeout_seconds" {
  type        = number
  description = "How long a function may take, a little longer than its own timeout."
  default     = 930
  nullable    = false
}

variable "tolerated" {
  type = object({
    count   = optional(number)
    percent = optional(number)
  })
  description = "How many accounts may fail before the execution does, by number, by percent, or whichever comes first. With neither, one is one too many."
  default     = {}
  nullable    = false

  validation {
    condition     = var.tolerated.count == null || try(var.tolerated.count >= 0 && floor(var.tolerated.count) == var.tolerated.count, false)
    error_message = "tolerated.count is a whole number, 0 or more."
  }

  validation {
    condition     = var.tolerated.percent == null || try(var.tolerated.percent >= 0 && var.tolerated.percent <= 100, false)
    error_message = "tolerated.percent is 0 to 100."
  }
}
