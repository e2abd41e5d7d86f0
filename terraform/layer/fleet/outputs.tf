output "alarm_topic_arn" {
  description = "ARN of the topic alarms are sent to."
  value       = module.operations.alarm_topic_arn
}

output "cluster_clone_invoke_policy" {
  description = "Policy document (JSON) for the roles of developers who ask cluster-clone for clones. Null without cluster_clone."
  value       = one(module.cluster_clone[*].invoke_policy)
}

output "dashboard_arn" {
  description = "ARN of the dashboard."
  value       = module.overview.dashboard_arn
}

output "db_users_invoke_policy" {
  description = "Policy document (JSON) for the roles of pipelines that send events to db-users. Null without db_users."
  value       = one(module.db_users[*].invoke_policy)
}

output "functions" {
  description = "Name of each function, by its job."
  value       = { for job, function in local.functions : job => function.function_name }

  precondition {
    condition     = length(local.unknown) == 0
    error_message = "There is no ${join(", no ", local.unknown)}. Known are: ${join("; ", [for name, part in local.given : "${name}: ${join(" ", sort(part.known))}" if length(setsubtract(part.keys, part.known)) > 0])}; notices: ${join(" ", sort(module.cluster_cleanup.settings.notices))}."
  }

  precondition {
    condition     = length(local.elsewhere) == 0
    error_message = "${join(" and ", local.elsewhere)}: what is never touched is named beside the functions, as protected, excluded_users and protected_users."
  }
}

output "modes" {
  description = "Mode of each function that has one, by its job: plan until it is told to apply. What Secrets Manager asks of secret-rotation is done."
  value       = { for job, function in local.functions : job => function.mode if job != "secret-rotation" }
}

output "organization_snapshots" {
  description = "Bucket of the organisation's snapshots, and the key of the last one. Null without org_inventory."
  value       = one(module.org_inventory[*].snapshots)
}

output "roles" {
  description = "ARN of each function's role, by its job, for policies that keep tags from everybody else."
  value       = { for job, function in local.functions : job => function.role_arn }
}

output "rotation_function_arn" {
  description = "ARN of the function that rotates the secrets of database users, for the layer database-access. Null without secret_rotation."
  value       = one(module.secret_rotation[*].function_arn)
}

output "sender_dkim_records" {
  description = "DKIM records of the sender's domain, to be published before SES sends for it. Empty without a sender, and for an address."
  value       = module.operations.sender_dkim_records
}
