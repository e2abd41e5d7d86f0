output "code_signing_config_arn" {
  description = "The code signing configuration that its archives are held to, if there is one."
  value       = module.function.code_signing_config_arn
}

output "function_arn" {
  description = "ARN of the function."
  value       = module.function.arn
}

output "function_name" {
  description = "Name of the function, for `aws lambda invoke` and `nightshift plan cluster-cleanup --function`."
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
    attention_metrics = ["MalformedTags", "Blocked", "UnreadableRegions"]
    function_name     = module.function.name
  }
}

output "role_arn" {
  description = "ARN of the function's role, for organisation policies that keep tags from everybody else."
  value       = module.function.role_arn
}

output "settings" {
  description = "Names of what each object among the inputs may hold: Terraform would leave out a misspelt one without a word."
  value = {
    notices  = module.run_access.settings
    alarms   = keys(var.alarms)
    policy   = keys(var.policy)
    schedule = keys(var.schedule)
  }
}
