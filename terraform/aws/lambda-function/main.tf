# One function: its code from a built archive, its log group, what happens to events it could not handle.

locals {
  # In bytes: base64 makes four letters of three.
  environment_size = length(base64encode(jsonencode(var.environment))) * 3 / 4
  longest          = try([for name, value in var.environment : name if length(value) == max([for value in values(var.environment) : length(value)]...)][0], "none")

  log_group = var.log_group == null ? aws_cloudwatch_log_group.this[0].name : var.log_group
}

resource "aws_cloudwatch_log_group" "this" {
  count = var.log_group == null ? 1 : 0

  name              = "/aws/lambda/${var.name}"
  kms_key_id        = var.kms_key_arn
  retention_in_days = var.log_retention_days
  # The record of what was deleted outlives the function, for its retention, and does not go because another group is named.
  skip_destroy = true
  tags         = var.tags
}

# The log is the record of what was deleted: it must not go because a group may now be named.
moved {
  from = aws_cloudwatch_log_group.this
  to   = aws_cloudwatch_log_group.this[0]
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_50:A run makes some dozens of calls and logs each item; tracing would take a right and a way out.
  #checkov:skip=CKV_AWS_116:The event invoke config below has an on-failure destination, which also tells the error.
  #checkov:skip=CKV_AWS_272:Signing takes a profile of the account, so it is an option: code_signing_config_arn.
  function_name                  = var.name
  description                    = var.description
  architectures                  = [var.architecture]
  code_signing_config_arn        = var.code_signing_config_arn
  filename                       = var.package.path
  handler                        = "bootstrap"
  kms_key_arn                    = var.kms_key_arn
  memory_size                    = var.memory_mb
  reserved_concurrent_executions = var.reserved_concurrency
  role                           = aws_iam_role.this.arn
  runtime                        = "provided.al2023"
  s3_bucket                      = var.package.s3_bucket
  s3_key                         = var.package.s3_key
  s3_object_version              = var.package.s3_object_version
  # Taking everything away must be possible where nothing was built.
  source_code_hash = try(filebase64sha256(var.package.path), null)
  tags             = var.tags
  timeout          = var.timeout_seconds

  environment {
    variables = var.environment
  }

  dynamic "logging_config" {
    for_each = var.log_group == null ? [] : [var.log_group]

    content {
      log_format = "Text"
      log_group  = logging_config.value
    }
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

  lifecycle {
    precondition {
      condition     = local.environment_size <= 4096
      error_message = "The environment variables of ${var.name} have ${local.environment_size} bytes, and Lambda takes 4096. Shorten ${var.policy_hint}: ${local.longest} is the longest of them."
    }

    precondition {
      condition     = var.package.path == null || fileexists(coalesce(var.package.path, "-"))
      error_message = "There is no archive ${coalesce(var.package.path, "-")}. Build it with `cargo xtask package`, or say where archives are: packages of platform."
    }
  }
}

# A schedule calls asynchronously: what becomes of a run that died is decided here.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_event_age_in_seconds = var.async.maximum_event_age_seconds
  maximum_retry_attempts       = var.async.retries

  dynamic "destination_config" {
    for_each = var.dead_letter_queue[*].arn

    content {
      on_failure {
        destination = destination_config.value
      }
    }
  }
}
