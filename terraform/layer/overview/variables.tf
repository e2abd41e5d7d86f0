variable "account" {
  type = object({
    region = string
  })
  description = "Where this lies: the output of the module account."
  nullable    = false
}

variable "environment" {
  type        = string
  description = "Name of the environment, a part of the dashboard's."
  nullable    = false
}

variable "functions" {
  type = map(object({
    alarm_arns        = list(string)
    attention_metrics = list(string)
    function_name     = string
  }))
  description = "By the name of the job: the output overview of its layer."
  nullable    = false
}

variable "project" {
  type        = string
  description = "First part of every name."
  default     = "nightshift"
  nullable    = false
}
