variable "policy" {
  type = object({
    concurrency          = optional(number)
    deletion_protection  = optional(string, "respect")
    digest_lifts_caps    = optional(bool)
    final_snapshot       = optional(string)
    managed_clusters     = optional(string)
    managed_tags         = optional(list(string))
    max_deletion_percent = optional(number)
    max_deletions        = optional(number)
    max_lease_days       = optional(number)
    min_notice_hours     = optional(number)
    notice_valid_days    = optional(number)
    owner_tag            = optional(string)
    prices               = optional(string)
    protected            = optional(list(string), [])
    regions              = optional(list(string))
    remind_days          = optional(number)
    required_tags        = optional(map(string), { env = "dev" })
    snapshot_keep_days   = optional(number)
    source_tag           = optional(string)
    stopped_clusters     = optional(string, "leave")
    tag_key              = optional(string, "auto-delete-after")
    time_zone            = optional(string)
    warn_hours           = optional(number)
  })
  description = "The layer's policy, which says what each of them may be."
  nullable    = false
}

variable "regions" {
  type        = list(string)
  description = "Regions the clusters are in."
  nullable    = false
}
