mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  environment = "dev"
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
