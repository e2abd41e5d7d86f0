output "code_signing_config_arn" {
  description = "The code signing configuration that its archives are held to, if there is one."
  value       = module.function.code_signing_config_arn
}

output "function_arn" {
  description = "ARN of the function."
  value       = module.function.arn
}

output "function_name" {
  description = "Name of the function, for `aws lambda invoke` and `nightshift plan db-users --function`."
  value       = module.function.name
}

output "invoke_policy" {
  description = "Policy document (JSON) for the roles that are to send it events. Whoever holds it can have users made and dropped, in apply mode."
  value       = data.aws_iam_policy_document.invoke.json
}

output "mode" {
  description = "What it is told: plan or apply."
  value       = var.mode
}

output "overview" {
  description = "What the layer overview shows of this function."
  value = {
    alarm_arns        = module.alarms.arns
    attention_metrics = ["Blocked", "UsersToCreate", "UsersToDrop"]
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
    notices    = module.run_access.settings
    alarms     = keys(var.alarms)
    connection = keys(var.connection)
    policy     = keys(var.policy)
  }
}
