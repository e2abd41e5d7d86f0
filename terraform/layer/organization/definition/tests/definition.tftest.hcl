# The machine as it is rendered. That AWS would take it, and what it does, is shown by `cargo xtask machine` and the showcase.

variables {
  applies = true
  bucket  = "runs"
  functions = {
    apply  = "arn:aws:lambda:eu-west-1:111122223333:function:apply"
    judge  = "arn:aws:lambda:eu-west-1:111122223333:function:judge"
    list   = "arn:aws:lambda:eu-west-1:111122223333:function:list"
    plan   = "arn:aws:lambda:eu-west-1:111122223333:function:plan"
    report = "arn:aws:lambda:eu-west-1:111122223333:function:report"
  }
  job       = "cluster-cleanup"
  partition = "aws"
  tolerated = { percent = 5 }
}

run "a_machine_that_plans_has_no_map_that_applies" {
  variables {
    applies   = false
    functions = { judge = "judge", list = "list", plan = "plan", report = "report" }
  }

  assert {
    condition     = keys(jsondecode(output.definition).States) == ["Judge", "List", "PlanMap", "Report"]
    error_message = output.definition
  }

  assert {
    condition     = jsondecode(output.definition).States.Judge.Next == "Report"
    error_message = output.definition
  }
}

run "a_machine_that_applies_plans_first_and_judges_before_each_map" {
  assert {
    condition     = keys(jsondecode(output.definition).States) == ["CanaryMap", "Go", "GoOn", "Judge", "JudgeCanary", "List", "PlanMap", "Report", "RestMap"]
    error_message = output.definition
  }

  # Who leads where: there is no way to a map that applies but past a judge.
  assert {
    condition = { for name, state in jsondecode(output.definition).States : name => try(state.Next, "") } == {
      CanaryMap = "JudgeCanary", Go = "", GoOn = "", Judge = "Go", JudgeCanary = "GoOn", List = "PlanMap", PlanMap = "Judge", Report = "", RestMap = "Report"
    }
    error_message = output.definition
  }

  assert {
    condition = {
      for name in ["Go", "GoOn"] : name => concat(
        [for choice in jsondecode(output.definition).States[name].Choices : choice.Next],
        [jsondecode(output.definition).States[name].Default],
      )
      } == {
      Go   = ["CanaryMap", "RestMap", "Report"]
      GoOn = ["RestMap", "Report"]
    }
    error_message = output.definition
  }

  # No answer at all, or another than true, leads to no map.
  assert {
    condition = alltrue(flatten([
      for name in ["Go", "GoOn"] : [
        for choice in jsondecode(output.definition).States[name].Choices : endswith(choice.And[0].Variable, ".go") && choice.And[0].BooleanEquals
      ]
    ]))
    error_message = output.definition
  }

  assert {
    condition = {
      for name in ["PlanMap", "CanaryMap", "RestMap"] : name => one(values(jsondecode(output.definition).States[name].ItemProcessor.States)).Parameters.FunctionName
      } == {
      CanaryMap = "arn:aws:lambda:eu-west-1:111122223333:function:apply"
      PlanMap   = "arn:aws:lambda:eu-west-1:111122223333:function:plan"
      RestMap   = "arn:aws:lambda:eu-west-1:111122223333:function:apply"
    }
    error_message = output.definition
  }

  assert {
    condition = alltrue([
      for name, state in jsondecode(output.definition).States : !can(state.Catch)
    ])
    error_message = "What is caught cannot be redriven: ${output.definition}"
  }
}

run "a_percentage_is_no_whole_number_there" {
  assert {
    condition     = length(regexall("\"ToleratedFailurePercentage\": 5\\.00,", output.definition)) == 2 && length(regexall("\"ToleratedFailureCount\": 0,", output.definition)) == 1
    error_message = output.definition
  }
}

run "both_tolerances_may_stand" {
  variables {
    canary_failures = 2
    concurrency     = 7
    tolerated       = { count = 3, percent = 2.5 }
  }

  assert {
    condition = {
      for name in ["PlanMap", "CanaryMap", "RestMap"] : name => [
        try(jsondecode(output.definition).States[name].ToleratedFailureCount, null),
        try(jsondecode(output.definition).States[name].ToleratedFailurePercentage, null),
        jsondecode(output.definition).States[name].MaxConcurrency,
      ]
      } == {
      CanaryMap = [2, null, 7]
      PlanMap   = [3, 2.5, 7]
      RestMap   = [3, 2.5, 7]
    }
    error_message = output.definition
  }
}

run "nothing_is_tried_again_but_what_lambda_could_not_do" {
  assert {
    condition = alltrue([
      for code in flatten([for retry in jsondecode(output.definition).States.List.Retry : retry.ErrorEquals]) : startswith(code, "Lambda.") && code != "Lambda.Unknown"
    ])
    error_message = output.definition
  }
}

run "a_machine_that_applies_needs_who_applies" {
  command = plan

  variables {
    functions = { judge = "judge", list = "list", plan = "plan", report = "report" }
  }

  expect_failures = [var.functions]
}

run "concurrency_has_a_bound" {
  command = plan

  variables {
    concurrency = 0
  }

  expect_failures = [var.concurrency]
}

run "a_percentage_is_one" {
  command = plan

  variables {
    tolerated = { percent = 101 }
  }

  expect_failures = [var.tolerated]
}

run "a_count_is_whole" {
  command = plan

  variables {
    tolerated = { count = 1.5 }
  }

  expect_failures = [var.tolerated]
}

run "a_canary_fails_a_whole_number_of_times" {
  command = plan

  variables {
    canary_failures = -1
  }

  expect_failures = [var.canary_failures]
}
