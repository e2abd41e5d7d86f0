# The function's environment variables, written from the same values as the conditions of its role. A variable that is null
# here is not set at all: the function's own default holds, and docs/cluster-clone.md says what that is.

locals {
  # Without a list the function works in its own Region; the role is then held to the same one.
  regions = var.policy.regions == null ? [var.account.region] : sort(var.policy.regions)

  # Where clones are anonymised. Without it each of its variables is left out.
  quarantine = {
    address         = try(var.policy.quarantine.db_address, null)
    ca_file         = try(var.policy.quarantine.db_ca_file, null)
    class           = try(var.policy.quarantine.class, null)
    lock_timeout    = try(var.policy.quarantine.lock_timeout_seconds, null)
    parameter_group = try(var.policy.quarantine.parameter_group, null)
    rules           = try(var.policy.quarantine.rules, null)
    security_groups = try(join(",", var.policy.quarantine.security_groups), null)
    subnet_group    = try(var.policy.quarantine.subnet_group, null)
    # A step takes as long as it takes; what only reads has this.
    statement_timeout = try(var.policy.quarantine.statement_timeout_seconds, null)
  }

  all_variables = {
    NIGHTSHIFT_ANONYMISE_RULES            = local.quarantine.rules
    NIGHTSHIFT_CLONES_PER_OWNER           = var.policy.clones_per_owner
    NIGHTSHIFT_CLONES_PER_SOURCE          = var.policy.clones_per_source
    NIGHTSHIFT_CLONE_CLASS                = var.policy.clone_class
    NIGHTSHIFT_CLONE_CLASSES              = var.policy.clone_classes == null ? null : join(",", var.policy.clone_classes)
    NIGHTSHIFT_CLONE_SECURITY_GROUPS      = var.policy.clone_security_groups == null ? null : join(",", var.policy.clone_security_groups)
    NIGHTSHIFT_CLONE_SOURCES              = var.policy.clone_sources == null ? null : join(",", var.policy.clone_sources)
    NIGHTSHIFT_CLONE_SUBNET_GROUP         = var.policy.clone_subnet_group
    NIGHTSHIFT_DB_ADDRESS                 = local.quarantine.address
    NIGHTSHIFT_DB_CA_FILE                 = local.quarantine.ca_file
    NIGHTSHIFT_DIGEST_LIFTS_CAPS          = var.policy.digest_lifts_caps
    NIGHTSHIFT_INVOKERS                   = var.policy.invokers
    NIGHTSHIFT_LOCK_TIMEOUT_SECONDS       = local.quarantine.lock_timeout
    NIGHTSHIFT_MAX_CLONE_ACU              = var.policy.max_clone_acu
    NIGHTSHIFT_MAX_CLONE_MEMBERS          = var.policy.max_clone_members
    NIGHTSHIFT_MAX_DELETIONS              = var.policy.max_deletions
    NIGHTSHIFT_MAX_LEASE_DAYS             = var.policy.max_lease_days
    NIGHTSHIFT_MODE                       = var.mode
    NIGHTSHIFT_OWNER_OF                   = length(var.policy.owner_of) == 0 ? null : join(",", [for arn, owner in var.policy.owner_of : "${arn}=${owner}"])
    NIGHTSHIFT_OWNER_TAG                  = var.policy.owner_tag
    NIGHTSHIFT_PRODUCTION                 = var.policy.production == null ? null : join(",", var.policy.production)
    NIGHTSHIFT_PRODUCTION_CLONES          = var.policy.production_clones
    NIGHTSHIFT_PROTECTED                  = length(var.policy.protected) == 0 ? null : join(",", var.policy.protected)
    NIGHTSHIFT_QUARANTINE_CLASS           = local.quarantine.class
    NIGHTSHIFT_QUARANTINE_PARAMETER_GROUP = local.quarantine.parameter_group
    NIGHTSHIFT_QUARANTINE_SECURITY_GROUPS = local.quarantine.security_groups
    NIGHTSHIFT_QUARANTINE_SUBNET_GROUP    = local.quarantine.subnet_group
    NIGHTSHIFT_REGIONS                    = join(",", local.regions)
    NIGHTSHIFT_REQUIRED_TAGS              = join(",", [for key, value in var.policy.required_tags : "${key}=${value}"])
    NIGHTSHIFT_SOURCE_TAG                 = var.policy.source_tag
    NIGHTSHIFT_STATEMENT_TIMEOUT_SECONDS  = local.quarantine.statement_timeout
    NIGHTSHIFT_TAG_KEY                    = var.policy.tag_key
    NIGHTSHIFT_TIME_ZONE                  = var.policy.time_zone
  }

  variables = {
    for name, value in merge(local.all_variables, module.run_access.variables) : name => tostring(value) if value != null
  }
}
