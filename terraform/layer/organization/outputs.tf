output "bucket" {
  description = "Name of the bucket that keeps the record of every run, below fleet/<job>/<execution>/."
  value       = module.bucket.name
}

output "definition" {
  description = "The state machine (JSON), to be looked at."
  value       = module.definition.definition
}

output "functions" {
  description = "Names of the functions, by their part."
  value       = { for part, function in module.function : part => function.name }
}

output "member_roles" {
  description = "Names, with their path, of the roles that workers become in each account."
  value       = { for kind, name in local.members : kind => name if kind == "read" || local.applies }
}

output "mode" {
  description = "What a run may do at most: plan or apply."
  value       = var.mode

  precondition {
    condition     = length(local.unknown) == 0
    error_message = "There is no ${join(", no ", local.unknown)}. A policy may hold: ${join(" ", sort(local.settings))}."
  }

  precondition {
    condition     = length(local.of_roles) == 0
    error_message = "${join(", ", local.of_roles)}: the member roles are held to that, and they are one for all accounts; say it in policy."
  }

  precondition {
    condition     = local.is_daily
    error_message = "schedule.expression has to start a run of key-rotation at least once a day, as cron(0 3 * * ? *) or rate(12 hours): a run makes keys and retires them, and owners' deadlines are counted in days."
  }

  precondition {
    condition     = length(local.too_young) == 0
    error_message = "${join(", ", local.too_young)} cannot be kept: a key that comes due just after a run waits a day for the next, stays active overlap_days, and waits a day again, which leaves none to use it. Shorten overlap_days, or allow more."
  }
}

output "state_machine_arn" {
  description = "ARN of the state machine, for `nightshift fleet` and for whoever may start or redrive it."
  value       = module.machine.arn
}

output "workers" {
  description = "ARNs of the workers' roles, for the member roles to trust: read of the one that plans and, where accounts are changed, apply."
  value = merge(
    { read = module.function["plan"].role_arn },
    { for part, function in module.function : "apply" => function.role_arn if part == "apply" },
  )
}
