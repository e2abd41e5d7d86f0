# One function: its code from a built archive, its log group, what happens to events it could not handle.

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  kms_key_id        = var.kms_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_50:A run makes some dozens of calls and logs each item; tracing would take a right and a way out.
  #checkov:skip=CKV_AWS_116:The event invoke config below has an on-failure destination, which also tells the error.
  #checkov:skip=CKV_AWS_272:Signing takes a profile and a bucket of the account; who may change code is who may deploy.
  function_name                  = var.name
  description                    = var.description
  architectures                  = [var.architecture]
  filename                       = var.package
  handler                        = "bootstrap"
  kms_key_arn                    = var.kms_key_arn
  memory_size                    = var.memory_mb
  reserved_concurrent_executions = var.reserved_concurrency
  role                           = aws_iam_role.this.arn
  runtime                        = "provided.al2023"
  source_code_hash               = filebase64sha256(var.package)
  tags                           = var.tags
  timeout                        = var.timeout_seconds

  environment {
    variables = var.environment
  }

  dynamic "vpc_config" {
    for_each = var.vpc == null ? [] : [var.vpc]

    content {
      security_group_ids = vpc_config.value.security_group_ids
      subnet_ids         = vpc_config.value.subnet_ids
    }
  }

  # Lambda makes the log group itself, without retention, if the function is called before it exists; and a first run
  # before its permissions would fail.
  depends_on = [
    aws_cloudwatch_log_group.this,
    aws_iam_role_policy.job,
    aws_iam_role_policy.platform,
  ]
}

# A schedule calls asynchronously: what becomes of a run that died is decided here.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_event_age_in_seconds = var.async.maximum_event_age_seconds
  maximum_retry_attempts       = var.async.retries

  destination_config {
    on_failure {
      destination = var.dead_letter_queue_arn
    }
  }
}
