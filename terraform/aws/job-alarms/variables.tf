variable "account" {
  type = object({
    id     = string
    region = string
  })
  description = "Where this lies: the output of the module account."
  nullable    = false
}

variable "actions" {
  type        = list(string)
  description = "ARNs told when an alarm is raised, mostly one topic's."
  nullable    = false
}

variable "dead_letter_queue" {
  type = object({
    name = string
  })
  description = "The queue for events nobody handled. Null for a function that is only called by somebody who waits for its answer."
  default     = null
}

variable "failed" {
  type = object({
    runbook = optional(string, "failed-items")
    summary = string
  })
  description = "What a failed item is in this job, in one sentence, and the paragraph about it."
  nullable    = false
}

variable "function_name" {
  type        = string
  description = "Name of the function, the first part of every alarm's."
  nullable    = false
}

variable "guard_runbook" {
  type        = string
  description = "The paragraph about a plan over its cap."
  default     = "guard-tripped"
  nullable    = false
}

variable "keeps_reports" {
  type        = bool
  description = "Whether the function keeps its reports in a bucket."
  nullable    = false
}

variable "metric_account_id" {
  type        = string
  description = "Account the function runs in, where that is not the alarms' own: one that shares its metrics with it. Null for its own."
  default     = null
}

variable "more" {
  type = map(object({
    comparison   = optional(string)
    kind         = optional(string)
    metric       = string
    missing_data = optional(string)
    periods      = optional(number)
    runbook      = string
    source       = optional(string)
    summary      = string
    threshold    = optional(number)
  }))
  description = "The job's own alarms by name. kind: once (default, as soon as it is reported), daily (the largest value of a day), repeated (two days in a row), standing (on each of standing_days). source: job (default), lambda, log, letters. missing_data: what silence counts as, where it is not to be none. periods: how many in a row, where the kind's own number is not meant."
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([
      for alarm in values(var.more) :
      alarm.kind == null || contains(["daily", "once", "repeated", "standing"], coalesce(alarm.kind, "once"))
    ])
    error_message = "An alarm's kind is daily, once, repeated or standing."
  }

  validation {
    condition = alltrue([
      for alarm in values(var.more) :
      alarm.source == null || contains(["job", "lambda", "log", "letters"], coalesce(alarm.source, "job"))
    ])
    error_message = "An alarm's source is job, lambda, log or letters."
  }
}

variable "no_run_hours" {
  type        = number
  description = "Hours without a finished run after which an alarm is raised. Null for a job without a schedule."
  default     = null

  validation {
    condition     = var.no_run_hours == null || try(var.no_run_hours >= 1 && var.no_run_hours <= 168, false)
    error_message = "An alarm looks back at most seven days: set no_run_hours to 1 to 168, and longer than the schedule's gap."
  }
}

variable "rules" {
  type        = map(string)
  description = "Names of the rules that hand events to the function, by what they are about."
  default     = {}
  nullable    = false
}

variable "runbook_url" {
  type        = string
  description = "Where docs/runbook.md can be read; alarms link to its paragraphs."
  nullable    = false
}

variable "schedules" {
  type        = map(string)
  description = "Names of the schedule groups that call the function, by what they are for."
  default     = {}
  nullable    = false
}

variable "standing_days" {
  type        = number
  description = "Days in a row on which a standing alarm's condition must hold."
  default     = 3
  nullable    = false

  validation {
    condition     = var.standing_days >= 1 && var.standing_days <= 7
    error_message = "An alarm looks back at most seven days: set standing_days to 1 to 7."
  }
}

variable "state_machines" {
  type        = map(string)
  description = "ARNs of the state machines that run the function, by what they are for."
  default     = {}
  nullable    = false
}

variable "tags" {
  type        = map(string)
  description = "Tags of every alarm."
  default     = {}
  nullable    = false
}
