# One schedule of EventBridge Scheduler in a group of its own, with a role that may call this one target.

resource "aws_scheduler_schedule_group" "this" {
  name = var.name
  tags = var.tags
}

resource "aws_scheduler_schedule" "this" {
  name                         = var.name
  description                  = var.description
  group_name                   = aws_scheduler_schedule_group.this.name
  kms_key_arn                  = var.kms_key_arn
  schedule_expression          = var.expression
  schedule_expression_timezone = var.time_zone
  state                        = var.enabled ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode                      = var.window_minutes == 0 ? "OFF" : "FLEXIBLE"
    maximum_window_in_minutes = var.window_minutes == 0 ? null : var.window_minutes
  }

  target {
    arn      = var.target.arn
    input    = var.input
    role_arn = aws_iam_role.this.arn

    dynamic "dead_letter_config" {
      for_each = var.dead_letter_queue[*].arn

      content {
        arn = dead_letter_config.value
      }
    }

    # This repeats the handing over only; a run that died is repeated by Lambda.
    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }

  depends_on = [aws_iam_role_policy.this]
}
