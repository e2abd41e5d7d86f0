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

  validation {
    condition     = !var.applies || var.workers.apply != null
    error_message = "A role that changes something is for the worker that does: name it in workers.apply."
  }
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

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@:/_-]{8,128}$", var.external_id))
    error_message = "external_id has 8 to 128 letters, digits and +=,.@:/_-; AWS takes up to 1224, and under eight anybody could guess."
  }
}

variable "job" {
  type        = string
  description = "Name of the job: cluster-cleanup or key-rotation."
  nullable    = false

  validation {
    condition     = contains(["cluster-cleanup", "key-rotation"], var.job)
    error_message = "The job is cluster-cleanup or key-rotation: others are not called by a schedule, account by account."
  }
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

  validation {
    condition     = can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id is an id such as o-a1b2c3d4e5."
  }
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

  validation {
    condition     = alltrue([for region in var.regions : can(regex("^[a-z]{2,}(-[a-z]+)+-\\d+$", region))])
    error_message = "regions lists names such as eu-west-1."
  }

  validation {
    condition     = (length(var.regions) > 0) == (var.job == "cluster-cleanup")
    error_message = "cluster-cleanup looks at the Regions you name; key-rotation is about no Region: leave regions out there."
  }
}

variable "workers" {
  type = object({
    apply = optional(string)
    read  = string
  })
  description = "ARNs of the roles of the workers, as the layer organization says them: read of the one that plans, apply of the one that changes."
  nullable    = false

  validation {
    condition     = alltrue([for arn in compact([var.workers.read, var.workers.apply]) : can(regex("^arn:[^:]+:iam::\\d{12}:role/[A-Za-z0-9_/-]+$", arn))])
    error_message = "workers has ARNs of roles, arn:aws:iam::ACCOUNT:role/NAME, and no patterns."
  }

  validation {
    condition     = var.workers.read != var.workers.apply
    error_message = "The worker that plans and the one that changes are two: otherwise a plan could change something."
  }
}
