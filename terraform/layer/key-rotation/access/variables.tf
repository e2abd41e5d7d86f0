variable "account" {
  type = object({
    dns_suffix = string
    id         = string
    partition  = string
    region     = string
  })
  description = "Account the users are in, its partition and its suffix of domain names, and the Region of the function."
  nullable    = false
}

variable "applies" {
  type        = bool
  description = "Whether the function's mode is apply: in plan mode the role may only read."
  nullable    = false
}

variable "leaked_keys" {
  type        = bool
  description = "Whether keys that AWS finds in the open are switched off: whoever they belong to."
  nullable    = false
}

variable "policy" {
  type = object({
    exclude                = optional(list(string), [])
    include                = optional(list(string))
    secret_kms_key_arn     = optional(string)
    secret_prefix          = string
    secret_region          = optional(string)
    secret_replica_regions = optional(list(string), [])
  })
  description = "The entries of the layer's policy that a role can be held to."
  nullable    = false
}
