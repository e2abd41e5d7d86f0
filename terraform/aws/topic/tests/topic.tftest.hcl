mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  account        = { id = "111122223333" }
  mail_addresses = ["a@example.com", "b@example.com"]
  name           = "nightshift-dev-alarms"
}

run "alarms_of_this_account_may_write_and_every_address_gets_it" {
  command = plan

  assert {
    condition     = length(aws_sns_topic_subscription.mail) == 2
    error_message = "An address is missing."
  }

  assert {
    condition = one([
      for statement in data.aws_iam_policy_document.this.statement : one(one(statement.condition).values)
      if statement.sid == "AlarmsOfThisAccountWriteHere"
    ]) == "111122223333"
    error_message = "Alarms of other accounts could write."
  }

  assert {
    condition = one([
      for statement in data.aws_iam_policy_document.this.statement : "${statement.effect} ${one(one(statement.condition).values)}"
      if one(one(statement.condition[*]).variable[*]) == "aws:SecureTransport"
    ]) == "Deny false"
    error_message = "It takes what is not encrypted, or nothing that is."
  }
}

run "an_address_is_an_address" {
  command = plan

  variables {
    mail_addresses = ["ops"]
  }

  expect_failures = [var.mail_addresses]
}

run "a_name_has_no_spaces" {
  command = plan

  variables {
    name = "night shift"
  }

  expect_failures = [var.name]
}
