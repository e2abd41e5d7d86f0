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
  senders      = ["nightshift@example.com"]
  state_bucket = "state"
}

run "a_pipeline_can_make_and_take_away_what_environments_have" {
  command = plan

  # What it may do is in testkit/policies/decisions.md; this is what no question there could miss.
  assert {
    condition = length(setsubtract([
      "cloudwatch:PutMetricAlarm", "events:PutRule", "events:PutTargets", "iam:CreateRole", "iam:PutRolePolicy",
      "lambda:AddPermission", "lambda:CreateFunction", "lambda:DeleteFunction", "lambda:UpdateFunctionCode",
      "lambda:UpdateFunctionConfiguration", "logs:CreateLogGroup", "scheduler:CreateSchedule", "ses:CreateEmailIdentity",
      "sns:CreateTopic", "sns:Subscribe", "sns:Unsubscribe", "sqs:CreateQueue",
    ], flatten([for statement in jsondecode(module.access.deployer).Statement : statement.Action if statement.Effect == "Allow"]))) == 0
    error_message = module.access.deployer
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(module.access.deployer).Statement :
      statement.Resource != "*" || contains(["SeeWhatIsThere", "EndWhatHasNoName"], statement.Sid)
    ])
    error_message = "The deployer may change what is not ours."
  }

  assert {
    condition     = !can(regex("secretsmanager:GetSecretValue", module.access.deployer))
    error_message = "The deployer may read secrets."
  }
}

run "without_a_sender_it_makes_none" {
  command = plan

  variables {
    senders = []
  }

  assert {
    condition     = !can(regex("ses:Create", module.access.deployer))
    error_message = module.access.deployer
  }
}

run "the_state_is_kept_and_versioned" {
  command = plan

  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "A state that was overwritten is lost."
  }
}

run "no_pipeline_but_ours_everybody_of_an_owner" {
  command = plan

  variables {
    oidc = { subjects = ["repo:example/*"] }
  }

  expect_failures = [var.oidc]
}

run "no_pipeline_but_ours_owners_whose_name_begins_so" {
  command = plan

  variables {
    oidc = { subjects = ["repo:exa*/nightshift:ref:refs/heads/main"] }
  }

  expect_failures = [var.oidc]
}

run "no_pipeline_but_ours_a_letter_more_or_less" {
  command = plan

  variables {
    oidc = { subjects = ["repo:ex?mple/nightshift:*"] }
  }

  expect_failures = [var.oidc]
}

run "no_pipeline_but_ours_another_claim" {
  command = plan

  variables {
    oidc = { subjects = ["*:example/nightshift:*"] }
  }

  expect_failures = [var.oidc]
}

run "no_pipeline_but_ours_a_repository_whose_name_begins_so" {
  command = plan

  variables {
    oidc = { subjects = ["repo:example/night*:*"] }
  }

  expect_failures = [var.oidc]
}

run "every_environment_of_a_repository_is_one_subject" {
  command = plan

  variables {
    oidc = { create_provider = false, issuer = "gitlab.example.com", subjects = ["project_path:group/sub/nightshift:ref_type:branch:ref:*", "repo:example/nightshift:environment:*"] }
  }
}

run "an_issuer_is_no_address" {
  command = plan

  variables {
    oidc = { issuer = "https://gitlab.example.com", subjects = ["repo:example/nightshift:environment:dev"] }
  }

  expect_failures = [var.oidc]
}

run "a_trust_is_no_longer_than_iam_takes" {
  command = plan

  variables {
    oidc = { subjects = [for number in range(40) : "repo:example/nightshift-${number}:environment:production"] }
  }

  expect_failures = [var.oidc]
}

run "only_tokens_for_aws_and_of_the_named_subjects_take_the_role" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.deployer.assume_role_policy).Statement == [{
      Sid       = "ThisRepositorysPipelines"
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
      Condition = {
        StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
        StringLike   = { "token.actions.githubusercontent.com:sub" = "repo:example/nightshift:environment:dev" }
      }
    }]
    error_message = aws_iam_role.deployer.assume_role_policy
  }
}

run "nobody_outside_reads_the_state_and_nobody_in_clear_text" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls, aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls, aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "The state could be made public."
  }

  # What it says is in testkit/policies/decisions.md.
  assert {
    condition     = jsondecode(aws_s3_bucket_policy.state.policy) == jsondecode(module.access.state_bucket)
    error_message = "The bucket has another policy."
  }
}
