# Lets a service of AWS call a function. The service acts for whoever set it up, so what it acts for is named: a resource,
# an account, or both.

resource "aws_lambda_permission" "this" {
  action         = "lambda:InvokeFunction"
  function_name  = var.function_arn
  principal      = var.principal
  source_account = var.source_account
  source_arn     = var.source_arn
  statement_id   = var.name
}
