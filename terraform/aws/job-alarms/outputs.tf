output "alarms" {
  description = "What each alarm goes by, what it says, and whom it tells, by the alarm's name."
  value = {
    for name, alarm in local.alarms : name => {
      actions      = var.actions
      comparison   = try(alarm.comparison, null)
      metric       = alarm.metric
      missing_data = try(alarm.missing_data, null)
      periods      = alarm.periods
      summary      = alarm.summary
    }
  }
}

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
