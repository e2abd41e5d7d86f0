output "definition" {
  description = "The machine in the Amazon States Language (JSON)."
  value       = local.definition
}
