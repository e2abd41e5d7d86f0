# The function's environment variables, written from the same values as its role. What of them is said of the job itself is in the module
# told, which workers of an organisation are told, too.

locals {
  all_variables = merge(
    { NIGHTSHIFT_MODE = var.mode },
    module.told.variables,
    { for name, value in module.run_access.variables : name => value if try(tostring(value), "") != "" },
  )

  variables = { for name, value in local.all_variables : name => tostring(value) if value != null }
}

module "told" {
  source = "./told"

  policy         = var.policy
  run_every_days = local.run_every
}
