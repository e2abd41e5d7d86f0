# The function's environment variables, written from the same values as the conditions of its role. What of them is said of the job itself
# is in the module told, which workers of an organisation are told, too.

locals {
  # Without a list the function works in its own Region; the role is then held to the same one.
  regions = var.policy.regions == null ? [var.account.region] : sort(var.policy.regions)

  all_variables = merge(
    { NIGHTSHIFT_MODE = var.mode },
    module.told.variables,
    module.run_access.variables,
  )

  variables = { for name, value in local.all_variables : name => tostring(value) if value != null }
}

module "told" {
  source = "./told"

  policy  = var.policy
  regions = local.regions
}
