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

variable "tag_key" {
  type        = string
  description = "Key of the expiry tag: tag_key of policy."
  default     = "auto-delete-after"
  nullable    = false
}
