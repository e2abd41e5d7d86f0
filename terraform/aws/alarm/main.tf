# One alarm on one metric. Its description is what the woken person reads: what happened, and the paragraph to open.

locals {
  elsewhere = var.metric_account_id != null
}

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = var.name
  alarm_actions       = var.actions
  alarm_description   = "${var.summary} ${var.runbook}"
  comparison_operator = var.comparison
  datapoints_to_alarm = var.datapoints
  dimensions          = local.elsewhere ? null : var.dimensions
  evaluation_periods  = var.periods
  metric_name         = local.elsewhere ? null : var.metric
  namespace           = local.elsewhere ? null : var.namespace
  period              = local.elsewhere ? null : var.period_seconds
  statistic           = local.elsewhere ? null : var.statistic
  tags                = var.tags
  threshold           = var.threshold
  treat_missing_data  = var.missing_data

  dynamic "metric_query" {
    for_each = compact([var.metric_account_id])

    content {
      account_id  = metric_query.value
      id          = "watched"
      return_data = true

      metric {
        dimensions  = var.dimensions
        metric_name = var.metric
        namespace   = var.namespace
        period      = var.period_seconds
        stat        = var.statistic
      }
    }
  }
}
