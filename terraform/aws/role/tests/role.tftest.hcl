mock_provider "aws" {}

variables {
  description = "What is read here"
  name        = "nightshift-prod-job-read"
  path        = "/nightshift/"
  policy      = "{\"Statement\": []}"
  trust       = "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"arn:aws:iam::111122223333:role/worker\"}, \"Condition\": {\"StringEquals\": {\"sts:ExternalId\": \"x\"}}}]}"
}

run "a_session_lasts_an_hour_at_most" {
  command = plan

  assert {
    condition     = aws_iam_role.this.max_session_duration == 3600 && aws_iam_role.this.path == "/nightshift/"
    error_message = "It is ${jsonencode(aws_iam_role.this.max_session_duration)} at ${aws_iam_role.this.path}."
  }
}

run "a_trust_names_somebody" {
  command = plan

  variables {
    trust = "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"*\"}, \"Condition\": {\"StringEquals\": {\"sts:ExternalId\": \"x\"}}}]}"
  }

  expect_failures = [var.trust]
}

run "a_name_alone_is_not_enough" {
  command = plan

  variables {
    trust = "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"arn:aws:iam::111122223333:role/worker\"}}]}"
  }

  expect_failures = [var.trust]
}

run "a_policy_fits_into_iam" {
  command = plan

  variables {
    policy = "{\"Statement\": [\"${join("", [for number in range(1000) : "abcdefghijk"])}\"]}"
  }

  expect_failures = [aws_iam_role_policy.this]
}

run "a_trust_fits_into_iam" {
  command = plan

  variables {
    trust = "{\"Statement\": [{\"Effect\": \"Deny\", \"Sid\": \"${join("", [for number in range(600) : "abcd"])}\"}]}"
  }

  expect_failures = [aws_iam_role.this]
}

run "a_path_is_between_slashes" {
  command = plan

  variables {
    path = "nightshift"
  }

  expect_failures = [var.path]
}

run "a_name_fits_into_iam" {
  command = plan

  variables {
    name = "nightshift-production-of-the-whole-company-and-its-daughters-cluster-cleanup-read"
  }

  expect_failures = [var.name]
}
