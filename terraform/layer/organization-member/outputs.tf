output "role_arns" {
  description = "ARNs of the roles: read and, where changes are made, apply."
  value       = { for kind, role in module.role : kind => role.arn }
}
