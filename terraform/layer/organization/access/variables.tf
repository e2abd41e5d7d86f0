variable "account" {
  type = object({
    id        = string
    partition = string
    region    = string
  })
  description = "Account of the run, its partition and its Region."
  nullable    = false
}

variable "applies" {
  type        = bool
  description = "Whether accounts are changed: without, there is no worker that could become a role that changes anything."
  nullable    = false
}

variable "bucket_arn" {
  type        = string
  description = "ARN of the run's bucket."
  nullable    = false
}

variable "function_arns" {
  type        = map(string)
  description = "ARNs of the functions by their part."
  nullable    = false
}

variable "job" {
  type        = string
  description = "Name of the job, a folder of the bucket."
  nullable    = false
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of the key the bucket encrypts with, if that is one of yours."
  default     = null
}

variable "machine_name" {
  type        = string
  description = "Name of the state machine."
  nullable    = false
}

variable "organization_id" {
  type        = string
  description = "Id of the organisation: a worker becomes nobody outside it."
  nullable    = false
}

variable "roles" {
  type = object({
    apply = string
    read  = string
  })
  description = "Names, with their path and without a slash before it, of the member roles."
  nullable    = false

  validation {
    condition     = alltrue([for role in values(var.roles) : can(regex("^([a-zA-Z0-9_-]+/)+[a-zA-Z0-9_-]+$", role))]) && var.roles.apply != var.roles.read
    error_message = "A member role has a path and a name, without a star, and the one that reads is another than the one that changes."
  }
}
