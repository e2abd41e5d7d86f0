mock_provider "aws" {}

variables {
  account     = { region = "eu-west-1" }
  environment = "dev"

  functions = {
    for job in ["cluster-cleanup", "key-rotation"] : job => {
      alarm_arns        = ["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${job}-no-run"]
      attention_metrics = ["Blocked"]
      function_name     = "nightshift-dev-${job}"
    }
  }
}

run "every_function_has_a_row_and_every_alarm_is_shown" {
  command = plan

  assert {
    condition     = module.dashboard.name == "nightshift-dev"
    error_message = "It is called ${module.dashboard.name}."
  }

  assert {
    condition = [
      for widget in jsondecode(module.dashboard.body).widgets : try(widget.properties.markdown, widget.properties.title)
      ] == [
      "## cluster-cleanup", "## key-rotation",
      "Outcomes", "Runs and guards", "What needs a hand", "Lambda",
      "Outcomes", "Runs and guards", "What needs a hand", "Lambda",
      "Alarms",
    ]
    error_message = module.dashboard.body
  }

  assert {
    condition = [
      for widget in jsondecode(module.dashboard.body).widgets : widget.properties.metrics[0]
      if try(widget.properties.title, "") == "What needs a hand"
      ] == [
      ["Nightshift", "Blocked", "Function", "nightshift-dev-cluster-cleanup"],
      ["Nightshift", "Blocked", "Function", "nightshift-dev-key-rotation"],
    ]
    error_message = "The metrics are not those of the job: ${module.dashboard.body}"
  }

  assert {
    condition     = length(jsondecode(module.dashboard.body).widgets[10].properties.alarms) == 2
    error_message = "An alarm is not shown."
  }
}
