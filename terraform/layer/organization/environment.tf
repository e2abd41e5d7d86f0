# What each part is told. A worker is told of its job what the single-account function would be, by the same module; where a named policy
# holds, that which differs.

locals {
  told     = var.job == "cluster-cleanup" ? module.told_cluster_cleanup : module.told_key_rotation
  base     = local.told["-"]
  settings = local.base.settings

  # The mode is the deployment's, so that no event can ask for another. What a named policy takes away is said as well: an empty text is as good
  # as none, and what is not said would stay as the run has it.
  named = {
    for name in keys(var.policies) : "NIGHTSHIFT_FLEET_POLICY_${upper(replace(name, "-", "_"))}" => jsonencode(merge(
      { for variable in setsubtract(keys(local.base.variables), keys(local.told[name].variables)) : variable => "" },
      { for variable, value in local.told[name].variables : variable => value if try(local.base.variables[variable] != value, true) },
    ))
  }

  # A comma may be part of the name of a unit, or of a tag.
  lists = {
    for variable, entries in {
      NIGHTSHIFT_FLEET_ACCOUNTS          = var.selected.accounts
      NIGHTSHIFT_FLEET_CANARY            = var.canary.units
      NIGHTSHIFT_FLEET_EXCLUDED_ACCOUNTS = var.excluded.accounts
      NIGHTSHIFT_FLEET_EXCLUDED_TAGS     = var.excluded.tags
      NIGHTSHIFT_FLEET_EXCLUDED_UNITS    = var.excluded.units
      NIGHTSHIFT_FLEET_FAILURES          = var.failures
      NIGHTSHIFT_FLEET_POLICIES          = flatten([for name in sort(keys(var.policies)) : [for unit in var.policies[name].units : "${unit}=${name}"]])
      NIGHTSHIFT_FLEET_REGIONS           = sort(var.regions)
      NIGHTSHIFT_FLEET_TAGS              = var.selected.tags
      NIGHTSHIFT_FLEET_UNITS             = var.selected.units
    } : variable => join(",", [for entry in entries : replace(entry, ",", "\\,")]) if length(entries) > 0
  }

  of_all = {
    NIGHTSHIFT_FLEET_BUCKET = local.bucket
    NIGHTSHIFT_FLEET_JOB    = var.job
  }
  of_list = merge(
    {
      for variable, list in local.lists : variable => list
      if variable != "NIGHTSHIFT_FLEET_FAILURES"
    },
    {
      NIGHTSHIFT_FLEET_MANAGEMENT    = var.management ? "include" : "exclude"
      NIGHTSHIFT_FLEET_STATE_MACHINE = local.machine_arn
    },
  )
  of_judge = {
    NIGHTSHIFT_DIGEST_LIFTS_CAPS          = try(var.policy.digest_lifts_caps, null)
    NIGHTSHIFT_FLEET_CANARY_FAILURES      = var.canary.failures
    NIGHTSHIFT_FLEET_MAX_DELETIONS        = var.max_deletions
    NIGHTSHIFT_FLEET_MAX_DELETION_PERCENT = var.max_deletion_percent
    NIGHTSHIFT_MODE                       = var.mode
  }
  of_worker = merge(
    { NIGHTSHIFT_FLEET_EXTERNAL_ID = var.external_id },
    { for variable, list in local.lists : variable => list if variable == "NIGHTSHIFT_FLEET_FAILURES" },
    local.base.variables,
    local.named,
    local.notices,
  )

  notices = { for variable, value in module.run_access.variables : variable => value if variable != "NIGHTSHIFT_REPORT_BUCKET" && try(tostring(value), "") != "" }

  told_by_part = {
    apply  = merge(local.of_worker, { NIGHTSHIFT_FLEET_PART = "work", NIGHTSHIFT_FLEET_ROLE = local.members.apply, NIGHTSHIFT_MODE = "apply" })
    judge  = merge(local.of_judge, { NIGHTSHIFT_FLEET_PART = "judge" })
    list   = merge(local.of_list, { NIGHTSHIFT_FLEET_PART = "list", NIGHTSHIFT_MODE = var.mode })
    plan   = merge(local.of_worker, { NIGHTSHIFT_FLEET_PART = "work", NIGHTSHIFT_FLEET_ROLE = local.members.read, NIGHTSHIFT_MODE = "plan" })
    report = merge(local.notices, { NIGHTSHIFT_FLEET_PART = "report", NIGHTSHIFT_MODE = var.mode })
  }

  variables = {
    for part, told in local.told_by_part : part => { for name, value in merge(local.of_all, told) : name => tostring(value) if value != null }
    if contains(keys(local.parts), part)
  }
}

# The run's own policy, and each named one over it.
module "told_cluster_cleanup" {
  source   = "../cluster-cleanup/told"
  for_each = var.job == "cluster-cleanup" ? merge({ "-" = {} }, { for name, named in var.policies : name => named.policy }) : {}

  policy  = merge(var.policy, each.value)
  regions = sort(var.regions)
}

module "told_key_rotation" {
  source   = "../key-rotation/told"
  for_each = var.job == "key-rotation" ? merge({ "-" = {} }, { for name, named in var.policies : name => named.policy }) : {}

  policy         = merge(var.policy, each.value)
  run_every_days = one(module.interval[*].days)
}

# A promised age is kept by the schedule, too.
module "interval" {
  source = "../key-rotation/interval"
  count  = var.job == "key-rotation" ? 1 : 0

  expression = var.schedule.expression
}
