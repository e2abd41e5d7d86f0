# What is wrong with what was given, where only the layers of the jobs know it.

locals {
  # What Terraform would leave out without a word: a misspelt protection would protect nothing.
  unknown = concat(
    [for key in setsubtract(keys(var.policy), local.settings) : "policy.${key}"],
    flatten([for name, named in var.policies : [for key in setsubtract(keys(named.policy), local.settings) : "policies.${name}.policy.${key}"]]),
    [for key in setsubtract(keys(var.notices), module.run_access.settings) : "notices.${key}"],
  )

  # What a member role is held to is the same in every account.
  held = [
    "deletion_protection", "digest_lifts_caps", "exclude", "include", "protected", "regions", "required_tags", "secret_kms_key_arn", "secret_prefix", "secret_region",
    "secret_replica_regions", "stopped_clusters", "tag_key",
  ]
  of_roles = flatten([
    for name, named in var.policies : [for key in setintersection(keys(named.policy), local.held) : "policies.${name}.policy.${key}"]
  ])

  # One run makes new keys and tends old ones, and owners' deadlines are counted in days. A key that comes due just after a run waits for the next,
  # stays active for its overlap, and waits again: a promised age has to leave more than that.
  is_daily = var.job != "key-rotation" || one(module.interval[*].days) == 1
  too_young = [
    for name, policy in merge({ policy = var.policy }, { for name, named in var.policies : "policies.${name}.policy" => merge(var.policy, named.policy) }) :
    "${name}.max_age_days" if var.job == "key-rotation" && try(policy.max_age_days <= coalesce(try(policy.overlap_days, null), 7) + 2, false)
  ]
}
