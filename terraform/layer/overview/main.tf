# One dashboard over every function of an environment. A function joins with one entry of `functions`: the output
# `overview` of its layer.

module "dashboard" {
  source = "../../aws/dashboard"

  account    = var.account
  alarm_arns = flatten(values(var.functions)[*].alarm_arns)
  name       = "${var.project}-${var.environment}"

  rows = [
    for job, function in var.functions : {
      title = job
      graphs = [
        {
          title      = "Outcomes"
          namespace  = "Nightshift"
          dimensions = { Function = function.function_name }
          metrics    = ["Planned", "Changed", "Skipped", "Deferred", "Failed"]
        },
        {
          title      = "Runs and guards"
          namespace  = "Nightshift"
          dimensions = { Function = function.function_name }
          metrics    = ["Runs", "RunFaults", "GuardTripped"]
        },
        {
          title      = "What needs a hand"
          namespace  = "Nightshift"
          dimensions = { Function = function.function_name }
          metrics    = function.attention_metrics
          statistic  = "Maximum"
        },
        {
          title      = "Lambda"
          namespace  = "AWS/Lambda"
          dimensions = { FunctionName = function.function_name }
          metrics    = ["Invocations", "Errors", "Throttles"]
        },
      ]
    }
  ]
}
