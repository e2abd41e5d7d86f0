variable "actions" {
  type        = list(string)
  description = "ARNs told when the alarm is raised, mostly one topic's."
  nullable    = false
}

variable "comparison" {
  type        = string
  description = "How the metric is compared with the threshold."
  default     = "GreaterThanOrEqualToThreshold"
  nullable    = false

  validation {
    condition = contains([
      "GreaterThanOrEqualToThreshold",
      "GreaterThanThreshold",
      "LessThanOrEqualToThreshold",
      "LessThanThreshold",
    ], var.comparison)
    error_message = "Compare with GreaterThanOrEqualToThreshold, GreaterThanThreshold, LessThanOrEqualToThreshold or LessThanThreshold."
  }
}

variable "datapoints" {
  type        = number
  description = "How many of the periods must be over the threshold. Null means all of them."
  default     = null
}

variable "dimensions" {
  type        = map(string)
  description = "Dimensions of the metric."
  default     = {}
  nullable    = false
}

variable "metric" {
  type        = string
  description = "Name of the metric."
  nullable    = false
}

variable "metric_account_id" {
  type        = string
  description = "Account whose metric is watched, where that is not the alarm's own: one that shares its metrics with it. Null for its own."
  default     = null
}

variable "missing_data" {
  type        = string
  description = "What a period without data counts as: notBreaching, breaching, ignore or missing."
  default     = "notBreaching"
  nullable    = false

  validation {
    condition     = contains(["notBreaching", "breaching", "ignore", "missing"], var.missing_data)
    error_message = "Missing data is notBreaching, breaching, ignore or missing."
  }
}

variable "name" {
  type        = string
  description = "Name of the alarm."
  nullable    = false
}

variable "namespace" {
  type        = string
  description = "Namespace of the metric."
  nullable    = false
}

variable "period_seconds" {
  type        = number
  description = "Seconds of one period."
  default     = 300
  nullable    = false

  validation {
    condition     = var.period_seconds >= 60 && var.period_seconds % 60 == 0 && var.period_seconds * var.periods <= (var.period_seconds < 3600 ? 86400 : 604800)
    error_message = "A period is a multiple of 60 seconds, and all periods together are at most seven days, or one day where a period is less than an hour."
  }
}

variable "periods" {
  type        = number
  description = "How many periods are looked at."
  default     = 1
  nullable    = false
}

variable "runbook" {
  type        = string
  description = "Address of the paragraph that says what to do."
  nullable    = false

  validation {
    condition     = can(regex("#[a-z0-9-]+$", var.runbook))
    error_message = "The runbook's address must end in the anchor of a paragraph, such as docs/runbook.md#no-run."
  }
}

variable "statistic" {
  type        = string
  description = "What is made of the values of a period: Sum, Maximum, Minimum, Average or SampleCount."
  default     = "Sum"
  nullable    = false

  validation {
    condition     = contains(["Sum", "Maximum", "Minimum", "Average", "SampleCount"], var.statistic)
    error_message = "The statistic is Sum, Maximum, Minimum, Average or SampleCount."
  }
}

variable "summary" {
  type        = string
  description = "One sentence: what happened."
  nullable    = false
}

variable "tags" {
  type        = map(string)
  description = "Tags of the alarm."
  default     = {}
  nullable    = false
}

variable "threshold" {
  type        = number
  description = "What the metric is compared with."
  default     = 1
  nullable    = false
}
