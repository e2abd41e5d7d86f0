output "caller" {
  description = "Who may call it, and for whom."
  value = {
    principal      = aws_lambda_permission.this.principal
    source_account = aws_lambda_permission.this.source_account
    source_arn     = aws_lambda_permission.this.source_arn
  }
}

output "statement_id" {
  description = "Name of the statement, once it stands."
  value       = aws_lambda_permission.this.statement_id
}
