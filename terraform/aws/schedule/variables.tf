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

variable "dead_letter_queue" {
  type = object({
    arn = string
  })
  description = "The queue that gets an event the schedule could not hand over. Null gives it up, which only the metrics of Scheduler tell."
  default     = null
}

variable "description" {
  type        = string
  description = "One line for whoever finds the schedule in the console."
  nullable    = false
}

variable "enabled" {
  type        = bool
  description = "Whether it fires."
  default     = true
  nullable    = false
}

variable "expression" {
  type        = string
  description = "When it fires: cron(minutes hours day-of-month month day-of-week year), rate(number unit) or at(yyyy-mm-ddThh:mm:ss)."
  nullable    = false

  validation {
    condition = anytrue([
      can(regex("^cron\\(\\S+ \\S+ ([?] \\S+ [^?\\s]\\S*|[^?\\s]\\S* \\S+ [?]) \\S+\\)$", var.expression)),
      can(regex("^rate\\([1-9][0-9]* (minutes?|hours?|days?)\\)$", var.expression)),
      can(regex("^at\\(\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\)$", var.expression)),
    ])
    error_message = "Write the schedule as cron(0 2 * * ? *), which has six fields and a ? for one of the two days, rate(1 day) or at(2026-11-21T02:00:00)."
  }
}

variable "input" {
  type        = string
  description = "Event (JSON) the target gets. Null sends Scheduler's own envelope, which means what {} means."
  default     = null

  validation {
    condition     = var.input == null || can(jsondecode(var.input))
    error_message = "The input must be JSON; write it with jsonencode({ ... })."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of the KMS key for the schedule's input and its queue. Null leaves both to keys of AWS."
  default     = null
}

variable "name" {
  type        = string
  description = "Name of the schedule and its group, and the beginning of its role's."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,55}$", var.name))
    error_message = "The name has at most 55 letters, digits, dashes and underscores: the role's is nine longer, and IAM allows 64."
  }
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary for the role, where the account demands one."
  default     = null
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything here."
  default     = {}
  nullable    = false
}

variable "target" {
  type = object({
    action = optional(string, "lambda:InvokeFunction")
    arn    = string
  })
  description = "What it calls, and the action its role needs for that: lambda:InvokeFunction of a function, states:StartExecution of a state machine."
  nullable    = false

  validation {
    condition     = contains(["lambda:InvokeFunction", "states:StartExecution"], var.target.action)
    error_message = "A schedule calls a function (lambda:InvokeFunction) or starts a state machine (states:StartExecution)."
  }
}

variable "time_zone" {
  type        = string
  description = "IANA time zone the expression is meant in."
  default     = "UTC"
  nullable    = false
}

variable "window_minutes" {
  type        = number
  description = "Minutes within which Scheduler picks the moment; 0 fires on the minute."
  default     = 0
  nullable    = false

  validation {
    condition     = var.window_minutes >= 0 && var.window_minutes <= 1440
    error_message = "The window is 0 (none) to 1440 minutes."
  }
}
