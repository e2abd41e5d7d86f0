output "alarm_topic_arn" {
  description = "ARN of the topic alarms are sent to."
  value       = module.operations.alarm_topic_arn
}

output "functions" {
  description = "Name of each function, by its job."
  value = {
    cluster-cleanup = module.cluster_cleanup.function_name
    key-rotation    = module.key_rotation.function_name
  }
}

output "roles" {
  description = "ARN of each function's role, by its job, for policies that keep tags from everybody else."
  value = {
    cluster-cleanup = module.cluster_cleanup.role_arn
    key-rotation    = module.key_rotation.role_arn
  }
}
