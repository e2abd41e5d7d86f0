mock_provider "aws" {}

variables {
  identity = "nightshift@example.com"
}

run "an_address_is_taken" {
  command = plan

  assert {
    condition     = aws_sesv2_email_identity.this.email_identity == "nightshift@example.com"
    error_message = "Another identity is made."
  }
}

run "a_domain_is_taken" {
  command = plan

  variables {
    identity = "example.com"
  }

  assert {
    condition     = aws_sesv2_email_identity.this.email_identity == "example.com"
    error_message = "Another identity is made."
  }
}

run "a_name_alone_is_neither" {
  command = plan

  variables {
    identity = "nightshift"
  }

  expect_failures = [var.identity]
}
