output "days" {
  description = "The most whole days there are between two runs; null where the expression does not say it."
  value       = local.days
}
