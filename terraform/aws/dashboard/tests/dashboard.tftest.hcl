mock_provider "aws" {}

variables {
  account    = { region = "eu-west-1" }
  alarm_arns = ["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:no-run"]
  name       = "nightshift-dev"

  rows = [
    for job in ["one", "two"] : {
      title = job
      graphs = [
        { title = "Runs", namespace = "Nightshift", dimensions = { Function = job }, metrics = ["Runs", "RunFaults"] },
        { title = "Errors", namespace = "AWS/Lambda", dimensions = { FunctionName = job }, metrics = ["Errors"] },
      ]
    }
  ]
}

run "rows_stand_below_each_other_and_alarms_below_all" {
  command = plan

  assert {
    condition = [
      for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets :
      "${widget.type} ${widget.x},${widget.y} ${widget.width}x${widget.height}"
      ] == [
      "text 0,0 24x1", "text 0,7 24x1",
      "metric 0,1 6x6", "metric 6,1 6x6", "metric 0,8 6x6", "metric 6,8 6x6",
      "alarm 0,14 24x6",
    ]
    error_message = aws_cloudwatch_dashboard.this.dashboard_body
  }

  assert {
    condition = jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[2].properties.metrics == [
      ["Nightshift", "Runs", "Function", "one"],
      ["Nightshift", "RunFaults", "Function", "one"],
    ]
    error_message = aws_cloudwatch_dashboard.this.dashboard_body
  }
}

run "a_row_has_room_for_four_graphs" {
  command = plan

  variables {
    rows = [{ title = "none", graphs = [] }]
  }

  expect_failures = [var.rows]
}
