mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

mock_provider "aws" {
  alias = "global"

  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  account     = { id = "111122223333", region = "eu-west-1" }
  environment = "dev"
}

run "alarms_of_us_east_1_have_a_topic_there" {
  command = plan

  assert {
    condition     = length(module.global_alarm_topic) == 1
    error_message = "An alarm of us-east-1 tells nobody."
  }
}

run "one_topic_is_enough_in_us_east_1" {
  command = plan

  variables {
    account = { id = "111122223333", region = "us-east-1" }
  }

  assert {
    condition     = length(module.global_alarm_topic) == 0
    error_message = "There are two topics of one name."
  }
}

run "without_a_sender_there_is_a_topic_and_no_identity" {
  command = plan

  assert {
    condition     = length(module.sender) == 0
    error_message = "An identity nobody asked for."
  }
}

run "a_sender_is_made_once" {
  command = plan

  variables {
    sender_identity = "example.com"
  }

  assert {
    condition     = keys(module.sender) == ["example.com"]
    error_message = "The sender is missing."
  }
}
