variable "account" {
  type = object({
    id        = string
    partition = string
  })
  description = "Account the clusters are in, and its partition."
  nullable    = false
}

variable "owner_tag" {
  type        = string
  description = "Key of the tag that names a cluster's owner: owner_tag of policy."
  default     = "owner"
  nullable    = false
}

variable "principal_tag" {
  type        = string
  description = "Key of the tag of a user or session that holds the same name."
  default     = "owner"
  nullable    = false
}

variable "production" {
  type        = map(list(string))
  description = "Tags that say that a cluster is production: by key, the patterns of their values. Such a cluster is changed and deleted by nobody who has this policy."
  default = {
    env         = ["prod*", "prd*", "live*"]
    environment = ["prod*", "prd*", "live*"]
    stage       = ["prod*", "prd*", "live*"]
  }
  nullable = false

  validation {
    condition     = length(var.production) > 0 && alltrue([for values in values(var.production) : length(values) > 0])
    error_message = "production is empty, so it would call nothing production: name at least one tag and one pattern of its values."
  }
}

variable "tag_key" {
  type        = string
  description = "Key of the expiry tag: tag_key of policy."
  default     = "auto-delete-after"
  nullable    = false
}
