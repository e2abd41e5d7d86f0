output "arns" {
  description = "ARNs of the alarms."
  value       = values(module.alarm)[*].arn
}

output "log_namespace" {
  description = "Namespace for metrics that are made from lines of the log."
  value       = local.sources.log.namespace
}

output "runbooks" {
  description = "The paragraph of each alarm, by the alarm's name."
  value       = { for name, alarm in local.alarms : name => alarm.runbook }
}
