output "parameter_group" {
  description = "Name of the parameter groups, of clusters and of instances, with {family} where the family stands: parameter_group of quarantine in the policy of cluster-clone."
  value       = "${var.name}-{family}"
}

output "security_group_id" {
  description = "Id of the security group, for security_groups of quarantine."
  value       = aws_security_group.this.id
}
