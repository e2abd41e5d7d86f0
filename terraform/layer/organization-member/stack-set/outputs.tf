output "name" {
  description = "Name of the StackSet."
  value       = module.stack_set.name

  # CloudFormation would refuse it account by account, at night.
  precondition {
    condition     = alltrue([for role in values(module.documents.roles) : length(replace(role.policy, "/\\s/", "")) <= 10240 && length(replace(role.trust, "/\\s/", "")) <= 2048])
    error_message = "A role's policy is longer than the 10240 characters IAM takes: shorten protected or required_tags of policy, or exclude and include."
  }
}

output "template" {
  description = "The template (JSON), to be looked at, or deployed by other means."
  value       = local.template
}
