variable "deletion_protection" {
  type        = bool
  description = "Whether AWS refuses to delete it."
  default     = true
  nullable    = false
}

variable "key" {
  type        = string
  description = "Name of the key, a text."
  nullable    = false
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of the KMS key to encrypt with; the roles that read and write must be allowed to use it. Null encrypts with a key of DynamoDB."
  default     = null
}

variable "name" {
  type        = string
  description = "Name of the table."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.name))
    error_message = "A table's name has 3 to 255 letters, digits, dots, dashes and underscores."
  }
}

variable "tags" {
  type        = map(string)
  description = "Tags of the table."
  default     = {}
  nullable    = false
}
