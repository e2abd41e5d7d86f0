# What cluster-cleanup is told, as environment variables: the layer tells its function, and the run through an organisation its workers.
# A variable that is null here is not set at all: the function's own default holds, and docs/cluster-cleanup.md says what that is.

locals {
  required_tags = [for key, value in var.policy.required_tags : "${key}=${value}"]

  all_variables = {
    NIGHTSHIFT_CONCURRENCY          = var.policy.concurrency
    NIGHTSHIFT_DELETION_PROTECTION  = var.policy.deletion_protection
    NIGHTSHIFT_DIGEST_LIFTS_CAPS    = var.policy.digest_lifts_caps
    NIGHTSHIFT_FINAL_SNAPSHOT       = var.policy.final_snapshot
    NIGHTSHIFT_MANAGED_CLUSTERS     = var.policy.managed_clusters
    NIGHTSHIFT_MANAGED_TAGS         = var.policy.managed_tags == null ? null : join(",", var.policy.managed_tags)
    NIGHTSHIFT_MAX_DELETIONS        = var.policy.max_deletions
    NIGHTSHIFT_MAX_DELETION_PERCENT = var.policy.max_deletion_percent
    NIGHTSHIFT_MAX_LEASE_DAYS       = var.policy.max_lease_days
    NIGHTSHIFT_MIN_NOTICE_HOURS     = var.policy.min_notice_hours
    NIGHTSHIFT_NOTICE_VALID_DAYS    = var.policy.notice_valid_days
    NIGHTSHIFT_OWNER_TAG            = var.policy.owner_tag
    NIGHTSHIFT_PRICES               = var.policy.prices
    NIGHTSHIFT_PROTECTED            = length(var.policy.protected) == 0 ? null : join(",", var.policy.protected)
    NIGHTSHIFT_REGIONS              = join(",", var.regions)
    NIGHTSHIFT_REMIND_DAYS          = var.policy.remind_days
    NIGHTSHIFT_REQUIRED_TAGS        = join(",", local.required_tags)
    NIGHTSHIFT_SNAPSHOT_KEEP_DAYS   = var.policy.snapshot_keep_days
    NIGHTSHIFT_SOURCE_TAG           = var.policy.source_tag
    NIGHTSHIFT_STOPPED_CLUSTERS     = var.policy.stopped_clusters
    NIGHTSHIFT_TAG_KEY              = var.policy.tag_key
    NIGHTSHIFT_TIME_ZONE            = var.policy.time_zone
    NIGHTSHIFT_WARN_HOURS           = var.policy.warn_hours
  }

  variables = { for name, value in local.all_variables : name => tostring(value) if value != null }
}
