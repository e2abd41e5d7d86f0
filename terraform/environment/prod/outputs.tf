output "alarm_topic_arn" {
  description = "ARN of the topic alarms are sent to."
  value       = module.operations.alarm_topic_arn
}

output "db_users_invoke_policy" {
  description = "Policy document (JSON) for the roles of pipelines that send events to db-users. Null without db_users."
  value       = one(module.db_users[*].invoke_policy)
}

output "functions" {
  description = "Name of each function, by its job."
  value = merge(
    {
      cluster-cleanup = module.cluster_cleanup.function_name
      key-rotation    = module.key_rotation.function_name
    },
    { for function in module.db_users : "db-users" => function.function_name },
  )
}

output "roles" {
  description = "ARN of each function's role, by its job, for policies that keep tags from everybody else."
  value = merge(
    {
      cluster-cleanup = module.cluster_cleanup.role_arn
      key-rotation    = module.key_rotation.role_arn
    },
    { for function in module.db_users : "db-users" => function.role_arn },
  )
}
