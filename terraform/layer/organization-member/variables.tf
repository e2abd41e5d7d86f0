variable "account" {
  type = object({
    dns_suffix = string
    id         = string
    partition  = string
    region     = string
  })
  description = "The member account, and the Region of the run."
  nullable    = false
}

variable "applies" {
  type        = bool
  description = "Whether there is a role that changes anything."
  nullable    = false
}

variable "environment" {
  type        = string
  description = "Name of the environment of the run, a part of every name."
  nullable    = false
}

variable "external_id" {
  type        = string
  description = "What a worker has to say, beside who it is."
  nullable    = false
}

variable "job" {
  type        = string
  description = "Name of the job: cluster-cleanup or key-rotation."
  nullable    = false
}

variable "members_are_marked" {
  type        = bool
  description = "Whether members of clusters carry the required tags too, as the layer cluster-cleanup has it."
  default     = false
  nullable    = false
}

variable "organization_id" {
  type        = string
  description = "Id of the organisation, o-….: nobody outside is let in, whatever else is right."
  nullable    = false
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary for the roles, where the account demands one."
  default     = null
}

variable "policy" {
  type        = any
  description = "The policy of the run, as the layer organization has it: the roles are held to it."
  default     = {}
  nullable    = false
}

variable "project" {
  type        = string
  description = "First part of every name, and the path of the roles."
  default     = "nightshift"
  nullable    = false
}

variable "regions" {
  type        = list(string)
  description = "Regions the run looks at, where the job is about Regions (cluster-cleanup)."
  default     = []
  nullable    = false
}

variable "tags" {
  type        = map(string)
  description = "Tags of the roles, beside component."
  default     = {}
  nullable    = false
}

variable "workers" {
  type = object({
    apply = optional(string)
    read  = string
  })
  description = "ARNs of the roles of the workers, as the layer organization says them: read of the one that plans, apply of the one that changes."
  nullable    = false
}
