variable "account" {
  type = object({
    region = string
  })
  description = "Where this lies: the output of the module account."
  nullable    = false
}

variable "alarm_arns" {
  type        = list(string)
  description = "Alarms whose state is shown below the rows."
  default     = []
  nullable    = false
}

variable "name" {
  type        = string
  description = "Name of the dashboard."
  nullable    = false
}

variable "rows" {
  type = list(object({
    title = string
    graphs = list(object({
      dimensions     = map(string)
      metrics        = list(string)
      namespace      = string
      period_seconds = optional(number, 86400)
      statistic      = optional(string, "Sum")
      title          = string
    }))
  }))
  description = "Rows from top to bottom, each with up to four graphs of metrics that share a namespace and its dimensions."
  nullable    = false

  validation {
    condition     = alltrue([for row in var.rows : length(row.graphs) >= 1 && length(row.graphs) <= 4])
    error_message = "A row has room for one to four graphs."
  }
}
