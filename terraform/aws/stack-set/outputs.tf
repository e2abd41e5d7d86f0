output "arn" {
  description = "ARN of the StackSet."
  value       = aws_cloudformation_stack_set.this.arn
}

output "name" {
  description = "Name of the StackSet."
  value       = aws_cloudformation_stack_set.this.name
}
