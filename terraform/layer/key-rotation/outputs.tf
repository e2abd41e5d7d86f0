# A variable's own validation may not ask what is worked out from it; an output's precondition may, and refuses the plan too.
output "ages" {
  description = "In days: how far apart runs are that may make a key, how much of a promised age waiting and overlap take, and the age that raises an alarm."
  value = {
    needed    = local.needed_days
    oldest    = local.oldest
    run_every = local.run_every
  }

  precondition {
    condition     = local.days.rotate != null
    error_message = "How far apart the runs of rotate are cannot be read from ${var.schedule.rotate}: state the most there is between two as schedule.rotate_every_days."
  }

  precondition {
    condition     = try(var.schedule.rotate_every_days >= local.read_days.rotate, true)
    error_message = "schedule.rotate_every_days is less than the ${coalesce(local.read_days.rotate, 0)} days there are between two runs of ${var.schedule.rotate}."
  }

  precondition {
    condition     = local.days.tend == 1
    error_message = "schedule.tend has to run at least once a day, as cron(30 2 * * ? *) or rate(12 hours): owners' deadlines are counted in days."
  }

  precondition {
    condition     = try(var.policy.max_age_days > local.needed_days, true)
    error_message = "policy.max_age_days = ${coalesce(var.policy.max_age_days, 0)} cannot be kept: a key that comes due just after a run waits up to ${coalesce(local.run_every, 0)} days for the next, stays active ${local.overlap}, and waits up to ${coalesce(local.run_every, 0)} again: ${coalesce(local.needed_days, 0)} days, which leaves none to use it. Rotate more often (schedule.rotate), shorten overlap_days, or allow more than ${coalesce(local.needed_days, 0)} days."
  }
}

output "code_signing_config_arn" {
  description = "The code signing configuration that its archives are held to, if there is one."
  value       = module.function.code_signing_config_arn
}

output "function_arn" {
  description = "ARN of the function."
  value       = module.function.arn
}

output "function_name" {
  description = "Name of the function, for `aws lambda invoke` and `nightshift plan key-rotation --function`."
  value       = module.function.name
}

output "mode" {
  description = "What it is told: plan or apply."
  value       = var.mode
}

output "overview" {
  description = "What the layer overview shows of this function."
  value = {
    alarm_arns        = module.alarms.arns
    attention_metrics = ["OldestActiveKeyDays", "Held", "Blocked", "Leaked"]
    function_name     = module.function.name
  }
}

output "role_arn" {
  description = "ARN of the function's role, for organisation policies that keep everybody else from the secrets and tags it writes."
  value       = module.function.role_arn
}

output "settings" {
  description = "Names of what each object among the inputs may hold: Terraform would leave out a misspelt one without a word."
  value = {
    notices  = module.run_access.settings
    alarms   = keys(var.alarms)
    events   = keys(var.events)
    policy   = keys(var.policy)
    schedule = keys(var.schedule)
  }
}
