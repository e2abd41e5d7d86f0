mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  account = {
    dns_suffix = "amazonaws.com"
    id         = "111122223333"
    partition  = "aws"
    region     = "eu-west-1"
  }

  dead_letter_queue = { arn = "arn:aws:sqs:eu-west-1:111122223333:dead-letters" }
  description       = "Does a job"
  name              = "nightshift-dev-job"
  package           = { path = "../../fixtures/x86_64/cluster-cleanup/bootstrap.zip" }
  policy            = "{}"
}

run "by_default_it_takes_nothing_of_the_accounts_pool_and_its_log_is_kept_a_year" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1
    error_message = "A new account has no room for a reservation."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this[0].retention_in_days == 365 && aws_cloudwatch_log_group.this[0].skip_destroy
    error_message = "The log is kept ${aws_cloudwatch_log_group.this[0].retention_in_days} days, or goes with the function."
  }

  assert {
    condition     = aws_lambda_function.this.timeout == 900
    error_message = "A run may take ${aws_lambda_function.this.timeout} seconds."
  }
}

run "an_event_that_failed_is_repeated_twice_and_then_kept" {
  command = plan

  assert {
    condition     = aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 2
    error_message = "A run that died is not repeated while AWS still shows what it was deleting."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this.destination_config[0].on_failure[0].destination == var.dead_letter_queue.arn
    error_message = "A failed event is lost."
  }
}

run "without_a_network_it_gets_no_right_to_one" {
  command = plan

  assert {
    condition     = alltrue([for statement in data.aws_iam_policy_document.platform.statement : statement.sid != "StandInItsNetwork"])
    error_message = "A function without a network may make network interfaces."
  }
}

run "in_a_network_its_own_code_may_not_use_what_lambda_needs" {
  command = plan

  variables {
    vpc = {
      security_group_ids = ["sg-1"]
      subnet_ids         = ["subnet-1"]
    }
  }

  assert {
    condition = one([
      for statement in data.aws_iam_policy_document.platform.statement : statement.actions
      if statement.sid == "StandInItsNetwork"
      ]) == one([
      for statement in data.aws_iam_policy_document.platform.statement : statement.actions
      if statement.sid == "LeaveTheNetworkToLambda" && statement.effect == "Deny"
    ])
    error_message = "What is allowed to Lambda is not denied to the code."
  }
}

run "an_architecture_is_one_of_two" {
  command = plan

  variables {
    architecture = "x86-64"
  }

  expect_failures = [var.architecture]
}

run "an_archive_has_to_be_there" {
  command = plan

  variables {
    package = { path = "nowhere/x86_64/bootstrap.zip" }
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_log_is_kept_as_long_as_cloudwatch_can" {
  command = plan

  variables {
    log_retention_days = 100
  }

  expect_failures = [var.log_retention_days]
}

run "a_timeout_leaves_room_for_work" {
  command = plan

  variables {
    timeout_seconds = 45
  }

  expect_failures = [var.timeout_seconds]
}

run "a_name_fits" {
  command = plan

  variables {
    name = "nightshift-production-of-the-whole-company-in-europe-cluster-cleanup"
  }

  expect_failures = [var.name]
}

run "memory_is_what_lambda_gives" {
  command = plan

  variables {
    memory_mb = 64
  }

  expect_failures = [var.memory_mb]
}

run "lambda_repeats_at_most_twice" {
  command = plan

  variables {
    async = { retries = 3 }
  }

  expect_failures = [var.async]
}

run "lambda_keeps_an_event_six_hours" {
  command = plan

  variables {
    async = { maximum_event_age_seconds = 30 }
  }

  expect_failures = [var.async]
}

run "no_less_than_no_reservation" {
  command = plan

  variables {
    reserved_concurrency = -2
  }

  expect_failures = [var.reserved_concurrency]
}

run "an_archive_was_built_for_the_functions_architecture" {
  command = plan

  variables {
    architecture = "arm64"
  }

  expect_failures = [var.package]
}

run "an_archive_may_lie_in_s3" {
  command = plan

  variables {
    package = { s3_bucket = "artifacts", s3_key = "nightshift/1.0/x86_64/job/bootstrap.zip", s3_object_version = "7" }
  }

  assert {
    condition     = "${aws_lambda_function.this.s3_bucket} ${aws_lambda_function.this.s3_key} ${aws_lambda_function.this.s3_object_version}" == "artifacts nightshift/1.0/x86_64/job/bootstrap.zip 7"
    error_message = "Another object is deployed."
  }

  assert {
    condition     = aws_lambda_function.this.filename == null
    error_message = "A file is deployed as well."
  }
}

run "an_archive_lies_in_one_place" {
  command = plan

  variables {
    package = { path = "x86_64/bootstrap.zip", s3_bucket = "artifacts", s3_key = "x86_64/bootstrap.zip" }
  }

  expect_failures = [var.package]
}

run "a_function_whose_caller_waits_needs_no_dead_letters" {
  command = plan

  variables {
    dead_letter_queue = null
  }

  assert {
    condition     = length(aws_lambda_function_event_invoke_config.this.destination_config) == 0
    error_message = "It sends to a queue that is not there."
  }

  assert {
    condition     = [for statement in data.aws_iam_policy_document.platform.statement : statement.sid] == ["WriteItsLog"]
    error_message = "It may do what nobody needs."
  }
}

run "an_encrypted_queue_takes_the_key_for_that_queue_alone" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/ours"
  }

  assert {
    condition = one([
      for statement in data.aws_iam_policy_document.platform.statement :
      { for condition in statement.condition : condition.variable => one(condition.values) }
      if statement.sid == "EncryptEventsItCouldNotHandle"
      ]) == {
      "kms:EncryptionContext:aws:sqs:arn" = "arn:aws:sqs:eu-west-1:111122223333:dead-letters"
      "kms:ViaService"                    = "sqs.eu-west-1.amazonaws.com"
    }
    error_message = jsonencode(data.aws_iam_policy_document.platform.statement)
  }
}

run "a_log_group_that_is_there_is_used" {
  command = plan

  variables {
    log_group = "/company/maintenance"
  }

  assert {
    condition     = length(aws_cloudwatch_log_group.this) == 0 && aws_lambda_function.this.logging_config[0].log_group == "/company/maintenance"
    error_message = "Another log group is made."
  }
}

run "a_role_has_no_more_policy_than_iam_takes" {
  command = plan

  variables {
    policy      = jsonencode({ Statement = [for number in range(400) : "arn:aws:iam::111122223333:user/excluded-${number}"] })
    policy_hint = "exclude"
  }

  expect_failures = [aws_iam_role_policy.job]
}

run "variables_are_no_larger_than_lambda_takes" {
  command = plan

  variables {
    environment = { NIGHTSHIFT_PROTECTED = join(",", [for number in range(400) : "orders-${number}-*"]) }
  }

  expect_failures = [aws_lambda_function.this]
}

run "an_event_waits_as_long_as_it_is_told" {
  command = plan

  variables {
    async = { maximum_event_age_seconds = 21600, retries = 1 }
  }

  assert {
    condition = (
      aws_lambda_function_event_invoke_config.this.maximum_event_age_in_seconds == 21600 &&
      aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 1
    )
    error_message = jsonencode(aws_lambda_function_event_invoke_config.this)
  }
}

run "any_archive_is_taken_unless_a_signature_is_asked_for" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.code_signing_config_arn == null
    error_message = "An account without a signing profile could deploy nothing."
  }
}

run "only_signed_archives_are_taken_where_that_is_asked_for" {
  command = plan

  variables {
    code_signing_config_arn = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0f6c334abcdea4d8b"
  }

  assert {
    condition     = aws_lambda_function.this.code_signing_config_arn == var.code_signing_config_arn
    error_message = "The function takes archives that nobody signed."
  }
}

run "a_signing_profile_is_no_configuration" {
  command         = plan
  expect_failures = [var.code_signing_config_arn]

  variables {
    code_signing_config_arn = "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/nightshift"
  }
}
