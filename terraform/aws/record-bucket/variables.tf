variable "expire_days" {
  type        = number
  description = "Days after which a record itself goes, and is an old version from then on. Null keeps each until somebody writes it over."
  default     = null

  validation {
    condition     = var.expire_days == null || try(var.expire_days >= 1 && floor(var.expire_days) == var.expire_days, false)
    error_message = "expire_days is a whole number, 1 or more."
  }
}

variable "keep_days" {
  type        = number
  description = "Days an old version is kept."
  default     = 400
  nullable    = false

  validation {
    condition     = var.keep_days >= 1
    error_message = "keep_days is 1 or more: a version that goes at once is none."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of the KMS key to encrypt with; the roles that read and write must be allowed to use it. Null encrypts with a key of S3."
  default     = null
}

variable "name" {
  type        = string
  description = "Name of the bucket. Names of buckets are everybody's: put the account's number into it."
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name has 3 to 63 lower case letters, digits and dashes."
  }
}

variable "tags" {
  type        = map(string)
  description = "Tags of the bucket."
  default     = {}
  nullable    = false
}
