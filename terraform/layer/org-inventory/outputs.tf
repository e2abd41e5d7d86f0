output "accounts_table" {
  description = "Name of the table of the accounts; null without one."
  value       = one(module.accounts[*].name)
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
  description = "Name of the function, for `aws lambda invoke` and `nightshift plan org-inventory --function`."
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
    attention_metrics = ["Accounts", "OrganizationChanges", "SnapshotsKept"]
    function_name     = module.function.name
  }
}

output "role_arn" {
  description = "ARN of the function's role."
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

output "snapshots" {
  description = "Bucket of the snapshots, and the key of the last one."
  value       = { bucket = module.snapshots.name, key = "${var.policy.snapshot_prefix}snapshot.json" }
}
