output "rule_arn" {
  description = "ARN of the rule."
  value       = module.forward.arn
}
