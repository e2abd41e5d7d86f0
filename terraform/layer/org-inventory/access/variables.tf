variable "applies" {
  type        = bool
  description = "Whether the function's mode is apply: in plan mode the role reads, and keeps its snapshot."
  nullable    = false
}

variable "bucket_arn" {
  type        = string
  description = "ARN of the bucket of the snapshots."
  nullable    = false
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of the key the bucket encrypts with, if that is one of yours."
  default     = null
}

variable "prefix" {
  type        = string
  description = "What the keys of the snapshots begin with."
  nullable    = false
}

variable "table_arn" {
  type        = string
  description = "ARN of the table of the accounts, where there is one."
  default     = null
}

variable "writes" {
  type        = bool
  description = "Whether there is a table."
  nullable    = false
}
