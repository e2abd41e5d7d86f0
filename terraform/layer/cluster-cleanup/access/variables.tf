variable "account" {
  type = object({
    id        = string
    partition = string
  })
  description = "Account the clusters are in, and its partition."
  nullable    = false
}

variable "applies" {
  type        = bool
  description = "Whether the function's mode is apply: in plan mode the role may only read."
  nullable    = false
}

variable "members_are_marked" {
  type        = bool
  description = "Whether members carry the required tags too: the role may then delete none without them."
  default     = false
  nullable    = false
}

variable "policy" {
  type = object({
    deletion_protection = optional(string, "respect")
    protected           = optional(list(string), [])
    required_tags       = map(string)
    stopped_clusters    = optional(string, "leave")
    tag_key             = string
  })
  description = "The entries of the layer's policy that a role can be held to."
  nullable    = false
}

variable "regions" {
  type        = list(string)
  description = "Regions the clusters are in."
  nullable    = false
}
