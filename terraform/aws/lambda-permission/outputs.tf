output "statement_id" {
  description = "Name of the statement, once it stands."
  value       = aws_lambda_permission.this.statement_id
}
