variable "account" {
  type = object({
    dns_suffix = string
    id         = string
    partition  = string
  })
  description = "Account the clusters are in, its partition and its suffix of domain names."
  nullable    = false
}

variable "applies" {
  type        = bool
  description = "Whether the function's mode is apply: in plan mode the role may only read."
  nullable    = false
}

variable "kms_key_arns" {
  type        = list(string)
  description = "ARNs of the keys that sources are encrypted with, where those are yours."
  default     = []
  nullable    = false
}

variable "policy" {
  type = object({
    protected = optional(list(string), [])
    quarantine = optional(object({
      rules = string
    }))
    required_tags = map(string)
    tag_key       = string
  })
  description = "The entries of the layer's policy that a role can be held to."
  nullable    = false
}

variable "regions" {
  type        = list(string)
  description = "Regions the clusters are in."
  nullable    = false
}
