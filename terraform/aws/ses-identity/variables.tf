variable "identity" {
  type        = string
  description = "Mail address, or domain, that mail comes from."
  nullable    = false

  validation {
    condition     = can(regex("^([^@\\s]+@)?[a-zA-Z0-9-]+(\\.[a-zA-Z0-9-]+)+$", var.identity))
    error_message = "The identity is a mail address such as nightshift@example.com, or a domain such as example.com."
  }
}

variable "tags" {
  type        = map(string)
  description = "Tags of the identity."
  default     = {}
  nullable    = false
}
