# One state machine of Step Functions: its definition, the role it runs with, its log, its trace.

locals {
  arn = "arn:${var.account.partition}:states:${var.account.region}:${var.account.id}:stateMachine:${var.name}"
}

# Below this prefix, because Step Functions writes into the policy of logs, whose size is limited, for every other group.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/vendedlogs/states/${var.name}"
  kms_key_id        = var.kms_key_arn
  retention_in_days = var.log_retention_days
  # The record of who was called and when outlives the machine, for its retention.
  skip_destroy = true
  tags         = var.tags
}

resource "aws_sfn_state_machine" "this" {
  #checkov:skip=CKV_AWS_285:It logs every state that is entered and left; the data between them stays in the history, and out of the log.
  name       = var.name
  definition = var.definition
  role_arn   = aws_iam_role.this.arn
  tags       = var.tags
  type       = "STANDARD"

  # What goes from state to state is in the history for ninety days; the log says which state was entered, and how it was left.
  logging_configuration {
    include_execution_data = false
    level                  = "ALL"
    log_destination        = "${aws_cloudwatch_log_group.this.arn}:*"
  }

  tracing_configuration {
    enabled = true
  }

  # Step Functions tries at once whether it may log.
  depends_on = [aws_iam_role_policy.platform, aws_iam_role_policy.work]
}
