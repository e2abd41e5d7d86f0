output "policy" {
  description = "The same policy, with what was left out."
  value       = var.policy
}

output "settings" {
  description = "Names of what policy may hold: Terraform would leave out a misspelt one without a word."
  value       = keys(var.policy)
}

output "variables" {
  description = "Environment variables; what is not set is not there."
  value       = local.variables
}
