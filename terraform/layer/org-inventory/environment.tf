# The function's environment variables, written from the same values as its role. A variable that is null here is not set at all: the
# function's own default holds, and docs/org-inventory.md says what that is.

locals {
  all_variables = {
    NIGHTSHIFT_ACCOUNTS_TABLE     = var.policy.accounts_table ? local.table : null
    NIGHTSHIFT_DIGEST_LIFTS_CAPS  = var.policy.digest_lifts_caps
    NIGHTSHIFT_EFFECTIVE_POLICIES = var.policy.effective_policies
    NIGHTSHIFT_MAX_DELETIONS      = var.policy.max_deletions
    NIGHTSHIFT_MODE               = var.mode
    NIGHTSHIFT_OWNER_TAG          = var.policy.owner_tag
    NIGHTSHIFT_RATE_PERCENT       = var.policy.rate_percent
    NIGHTSHIFT_SNAPSHOT_BUCKET    = local.bucket
    NIGHTSHIFT_SNAPSHOT_PREFIX    = var.policy.snapshot_prefix
    NIGHTSHIFT_TIME_ZONE          = var.policy.time_zone
    NIGHTSHIFT_WHOLE_READING_DAYS = var.policy.whole_reading_days
  }

  variables = {
    for name, value in merge(local.all_variables, module.run_access.variables) : name => tostring(value) if value != null
  }
}
