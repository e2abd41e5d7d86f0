# One dashboard, made of rows that its callers describe; CloudWatch bills by the dashboard, not by the row.

locals {
  # Six units high, four graphs of six units across the twenty-four of a row, below a heading of one.
  row_height = 7

  heading = [
    for index, row in var.rows : {
      type       = "text"
      x          = 0
      y          = index * local.row_height
      width      = 24
      height     = 1
      properties = { markdown = "## ${row.title}" }
    }
  ]

  graphs = flatten([
    for index, row in var.rows : [
      for column, graph in row.graphs : {
        type   = "metric"
        x      = column * 6
        y      = index * local.row_height + 1
        width  = 6
        height = 6
        properties = {
          title   = graph.title
          region  = var.account.region
          view    = "timeSeries"
          stacked = false
          period  = graph.period_seconds
          stat    = graph.statistic
          metrics = [
            for metric in graph.metrics : concat(
              [graph.namespace, metric],
              flatten([for name, value in graph.dimensions : [name, value]])
            )
          ]
        }
      }
    ]
  ])

  alarms = length(var.alarm_arns) == 0 ? [] : [
    {
      type   = "alarm"
      x      = 0
      y      = length(var.rows) * local.row_height
      width  = 24
      height = 6
      properties = {
        title  = "Alarms"
        alarms = sort(var.alarm_arns)
      }
    }
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = concat(local.heading, local.graphs, local.alarms) })
}
