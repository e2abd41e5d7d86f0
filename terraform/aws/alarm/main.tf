# One alarm on one metric. Its description is what the woken person reads: what happened, and the paragraph to open.

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = var.name
  alarm_actions       = var.actions
  alarm_description   = "${var.summary} ${var.runbook}"
  comparison_operator = var.comparison
  datapoints_to_alarm = var.datapoints
  dimensions          = var.dimensions
  evaluation_periods  = var.periods
  metric_name         = var.metric
  namespace           = var.namespace
  period              = var.period_seconds
  statistic           = var.statistic
  tags                = var.tags
  threshold           = var.threshold
  treat_missing_data  = var.missing_data
}
