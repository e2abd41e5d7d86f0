# A rule of EventBridge that hands matching events of this account to a function.

resource "aws_cloudwatch_event_rule" "this" {
  name          = var.name
  description   = var.description
  event_pattern = var.pattern
  state         = var.enabled ? "ENABLED" : "DISABLED"
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  arn  = var.function_arn
  rule = aws_cloudwatch_event_rule.this.name

  dead_letter_config {
    arn = var.dead_letter_queue_arn
  }
}

# A rule calls a function under the function's own policy and not with a role.
module "permission" {
  source = "../lambda-permission"

  function_arn = var.function_arn
  name         = var.name
  principal    = "events.amazonaws.com"
  source_arn   = aws_cloudwatch_event_rule.this.arn
}

moved {
  from = aws_lambda_permission.this
  to   = module.permission.aws_lambda_permission.this
}
