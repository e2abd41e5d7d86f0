provider "aws" {
  access_key                  = "none"
  region                      = "eu-west-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account_id   = "111122223333"
  oidc         = { create_provider = false, subjects = ["repo:example/nightshift:environment:dev"] }
  region       = "eu-west-1"
  state_bucket = "state"
}

run "a_pipeline_makes_roles_within_the_boundary_only" {
  command = plan

  assert {
    condition = one([
      for statement in jsondecode(data.aws_iam_policy_document.deployer.json).Statement : statement.Condition
      if contains(flatten([statement.Action]), "iam:CreateRole")
    ]) == { StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::111122223333:policy/nightshift-boundary" } }
    error_message = data.aws_iam_policy_document.deployer.json
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(data.aws_iam_policy_document.deployer.json).Statement :
      statement.Resource != "*" || statement.Sid == "SeeWhatIsThere"
    ])
    error_message = "The deployer may change what is not ours."
  }

  assert {
    condition     = !can(regex("secretsmanager:GetSecretValue", data.aws_iam_policy_document.deployer.json))
    error_message = "The deployer may read secrets."
  }
}

run "both_policies_fit" {
  command = plan

  assert {
    condition     = length(replace(data.aws_iam_policy_document.deployer.json, "/\\s/", "")) < 10240 && length(replace(data.aws_iam_policy_document.boundary.json, "/\\s/", "")) < 6144
    error_message = "IAM takes 10240 characters of a role's policies, and 6144 of a boundary."
  }
}

run "the_state_is_kept_and_versioned" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "A state that was overwritten is lost."
  }
}

run "nobody_elses_pipeline_deploys_here" {
  command = plan

  variables {
    oidc = { subjects = ["repo:example/*"] }
  }

  expect_failures = [var.oidc]
}
