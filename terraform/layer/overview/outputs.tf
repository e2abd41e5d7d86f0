output "dashboard_arn" {
  description = "ARN of the dashboard."
  value       = module.dashboard.arn
}
