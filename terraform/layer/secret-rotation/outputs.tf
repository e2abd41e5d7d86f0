output "code_signing_config_arn" {
  description = "The code signing configuration that its archives are held to, if there is one."
  value       = module.function.code_signing_config_arn
}

output "function_arn" {
  description = "ARN of the function: rotation_function_arn of the layer db-users, and lambda_arn of an event."
  value       = local.function_arn

  # Known before it is there, so that what others may do with it is in the plan; handed on once it can be called.
  depends_on = [module.called_by_secrets_manager]
}

output "function_name" {
  description = "Name of the function, for `nightshift secrets rotate --dry-run --function`."
  value       = module.function.name
}

output "overview" {
  description = "What the layer overview shows of this function."
  value = {
    alarm_arns        = module.alarms.arns
    attention_metrics = ["StepsFailed", "Rotated"]
    function_name     = module.function.name
  }
}

output "role_arn" {
  description = "ARN of the function's role, for policies of keys and secrets that name it."
  value       = module.function.role_arn
}

output "settings" {
  description = "Names of what each object among the inputs may hold: Terraform would leave out a misspelt one without a word."
  value = {
    alarms     = keys(var.alarms)
    connection = keys(var.connection)
    policy     = keys(var.policy)
  }
}
