# The state machine of a run through an organisation, as the layer organization renders it, for those who look at it, count its transitions
# or run it. No provider is needed, and nothing is made.

variable "bucket" {
  type        = string
  description = "The run's bucket."
  default     = "nightshift-prod-cluster-cleanup-fleet-111122223333"
}

variable "canary_failures" {
  type        = number
  description = "As in the layer."
  default     = 0
}

variable "concurrency" {
  type        = number
  description = "As in the layer."
  default     = 40
}

variable "function_prefix" {
  type        = string
  description = "What the parts' ARNs begin with."
  default     = "arn:aws:lambda:eu-west-1:111122223333:function:nightshift-prod-cluster-cleanup-fleet-"
}

variable "job" {
  type        = string
  description = "As in the layer."
  default     = "cluster-cleanup"
}

variable "tolerated" {
  type        = any
  description = "As in the layer."
  default     = { percent = 10 }
}

module "definition" {
  source   = "../../../terraform/layer/organization/definition"
  for_each = { plan = false, apply = true }

  applies         = each.value
  bucket          = var.bucket
  canary_failures = var.canary_failures
  concurrency     = var.concurrency
  functions       = { for part in concat(["judge", "list", "plan", "report"], each.value ? ["apply"] : []) : part => "${var.function_prefix}${part}" }
  job             = var.job
  partition       = "aws"
  tolerated       = var.tolerated
}

output "definitions" {
  description = "The machine in each mode."
  value       = { for mode, machine in module.definition : mode => machine.definition }
}
