# The role's policy, as the real provider renders it, statement by statement: sid | actions | resources | conditions.
# No call is made: the account is given here.

provider "aws" {
  access_key                  = "none"
  region                      = "eu-west-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

provider "aws" {
  alias                       = "global"
  access_key                  = "none"
  region                      = "us-east-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account = {
    dns_suffix = "amazonaws.com"
    id         = "111122223333"
    partition  = "aws"
    region     = "eu-west-1"
  }

  environment = "dev"
  package     = { path = "../../fixtures/x86_64/key-rotation/bootstrap.zip" }
}

run "in_plan_mode_the_role_may_only_read_and_no_secrets_value" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [
          for arn in sort(flatten([statement.Resource])) :
          replace(replace(arn, "arn:aws:iam::111122223333:", ""), "arn:aws:secretsmanager:eu-west-1:111122223333:", "")
        ]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "ListUsersAndWhenTheirKeysWereUsed | iam:GetAccessKeyLastUsed iam:GetAccountAuthorizationDetails | * | ",
      "ListTheirKeys | iam:ListAccessKeys | user/* | ",
      "SeeWhichKeysAreStored | secretsmanager:DescribeSecret secretsmanager:ListSecretVersionIds | secret:/aws/iam/credentials/* | ",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "in_apply_mode_it_rotates_and_tells" {
  command = plan

  variables {
    mode    = "apply"
    notices = { mail_from = "n@example.com", operators_mail = ["ops@example.com"] }
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [
          for arn in sort(flatten([statement.Resource])) :
          replace(replace(arn, "arn:aws:iam::111122223333:", ""), "arn:aws:secretsmanager:eu-west-1:111122223333:", "")
        ]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "ListUsersAndWhenTheirKeysWereUsed | iam:GetAccessKeyLastUsed iam:GetAccountAuthorizationDetails | * | ",
      "ListTheirKeys | iam:ListAccessKeys | user/* | ",
      "SeeWhichKeysAreStored | secretsmanager:DescribeSecret secretsmanager:ListSecretVersionIds | secret:/aws/iam/credentials/* | ",
      "LookAgainBeforeTheFirstWrite | iam:GetUser | user/* | ",
      "MakeAndDeleteKeys | iam:CreateAccessKey iam:DeleteAccessKey | user/* | ",
      "SwitchKeysOff | iam:UpdateAccessKey | user/* | ",
      "NoteWhatWasDone | iam:TagUser iam:UntagUser | user/* | ForAllValues:StringLike(aws:TagKeys AKIA*,nightshift:*) Null(aws:TagKeys false)",
      "MakeMarkedSecrets | secretsmanager:CreateSecret secretsmanager:TagResource | secret:/aws/iam/credentials/* | ForAllValues:StringEquals(aws:TagKeys nightshift:user-id) Null(aws:RequestTag/nightshift:user-id false)",
      "WriteMarkedSecrets | secretsmanager:GetResourcePolicy secretsmanager:PutResourcePolicy secretsmanager:PutSecretValue secretsmanager:RestoreSecret | secret:/aws/iam/credentials/* | Null(aws:ResourceTag/nightshift:user-id false)",
      "HandNewKeysOut | secretsmanager:UpdateSecretVersionStage | secret:/aws/iam/credentials/* | Null(aws:ResourceTag/nightshift:user-id false) StringEquals(secretsmanager:VersionStage AWSCURRENT,AWSPENDING)",
      "ReadOnlyWhatIsNotProvenYet | secretsmanager:GetSecretValue | secret:/aws/iam/credentials/* | StringEquals(secretsmanager:VersionStage AWSPENDING)",
      "MailOwners | ses:SendEmail | arn:aws:ses:eu-west-1:111122223333:identity/example.com arn:aws:ses:eu-west-1:111122223333:identity/n@example.com | StringEquals(ses:FromAddress n@example.com)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "nobody_is_given_a_key_who_is_excluded_or_not_included" {
  command = plan

  variables {
    mode    = "apply"
    notices = { mail_from = "n@example.com", operators_mail = ["ops@example.com"] }

    policy = {
      exclude = ["path:/admin/*", "break-glass", "tag:team=security*", "group:admins"]
      include = ["path:/robots/*", "ci-*"]
    }
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [
          for arn in sort(flatten([statement.Resource])) :
          replace(replace(arn, "arn:aws:iam::111122223333:", ""), "arn:aws:secretsmanager:eu-west-1:111122223333:", "")
        ]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "ListUsersAndWhenTheirKeysWereUsed | iam:GetAccessKeyLastUsed iam:GetAccountAuthorizationDetails | * | ",
      "ListTheirKeys | iam:ListAccessKeys | user/* | ",
      "SeeWhichKeysAreStored | secretsmanager:DescribeSecret secretsmanager:ListSecretVersionIds | secret:/aws/iam/credentials/* | ",
      "LookAgainBeforeTheFirstWrite | iam:GetUser | user/* | ",
      "MakeAndDeleteKeys | iam:CreateAccessKey iam:DeleteAccessKey | user/*/ci-* user/ci-* user/robots/* | ",
      "SwitchKeysOff | iam:UpdateAccessKey | user/* | ",
      "NoteWhatWasDone | iam:TagUser iam:UntagUser | user/* | ForAllValues:StringLike(aws:TagKeys AKIA*,nightshift:*) Null(aws:TagKeys false)",
      "NOT NeverForExcludedUsers | iam:CreateAccessKey iam:DeleteAccessKey | user/*/break-glass user/admin/* user/break-glass | ",
      "NOT NeverForUsersWithTag0 | iam:CreateAccessKey iam:DeleteAccessKey | user/* | StringLike(aws:ResourceTag/team security*)",
      "MakeMarkedSecrets | secretsmanager:CreateSecret secretsmanager:TagResource | secret:/aws/iam/credentials/* | ForAllValues:StringEquals(aws:TagKeys nightshift:user-id) Null(aws:RequestTag/nightshift:user-id false)",
      "WriteMarkedSecrets | secretsmanager:GetResourcePolicy secretsmanager:PutResourcePolicy secretsmanager:PutSecretValue secretsmanager:RestoreSecret | secret:/aws/iam/credentials/* | Null(aws:ResourceTag/nightshift:user-id false)",
      "HandNewKeysOut | secretsmanager:UpdateSecretVersionStage | secret:/aws/iam/credentials/* | Null(aws:ResourceTag/nightshift:user-id false) StringEquals(secretsmanager:VersionStage AWSCURRENT,AWSPENDING)",
      "ReadOnlyWhatIsNotProvenYet | secretsmanager:GetSecretValue | secret:/aws/iam/credentials/* | StringEquals(secretsmanager:VersionStage AWSPENDING)",
      "MailOwners | ses:SendEmail | arn:aws:ses:eu-west-1:111122223333:identity/example.com arn:aws:ses:eu-west-1:111122223333:identity/n@example.com | StringEquals(ses:FromAddress n@example.com)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "without_the_reflex_on_leaks_nobody_elses_key_is_switched_either" {
  command = plan

  variables {
    events  = { leaked_keys = false }
    mode    = "apply"
    notices = { mail_from = "n@example.com", operators_mail = ["ops@example.com"] }

    policy = {
      exclude = ["root-of-all", "tag:team=security*"]
      include = ["path:/robots/*"]
    }
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [
          for arn in sort(flatten([statement.Resource])) :
          replace(replace(arn, "arn:aws:iam::111122223333:", ""), "arn:aws:secretsmanager:eu-west-1:111122223333:", "")
        ]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "ListUsersAndWhenTheirKeysWereUsed | iam:GetAccessKeyLastUsed iam:GetAccountAuthorizationDetails | * | ",
      "ListTheirKeys | iam:ListAccessKeys | user/* | ",
      "SeeWhichKeysAreStored | secretsmanager:DescribeSecret secretsmanager:ListSecretVersionIds | secret:/aws/iam/credentials/* | ",
      "LookAgainBeforeTheFirstWrite | iam:GetUser | user/* | ",
      "MakeAndDeleteKeys | iam:CreateAccessKey iam:DeleteAccessKey | user/robots/* | ",
      "SwitchKeysOff | iam:UpdateAccessKey | user/robots/* | ",
      "NoteWhatWasDone | iam:TagUser iam:UntagUser | user/robots/* | ForAllValues:StringLike(aws:TagKeys AKIA*,nightshift:*) Null(aws:TagKeys false)",
      "NoteWhoHeardOfAQuarantine | iam:TagUser | user/* | ForAllValues:StringEquals(aws:TagKeys nightshift:told:quarantined) Null(aws:TagKeys false)",
      "NOT NeverNoteMoreOnExcludedUsers | iam:TagUser | user/*/root-of-all user/root-of-all | ForAnyValue:StringNotEquals(aws:TagKeys nightshift:told:quarantined)",
      "NOT NeverNoteMoreOnUsersWithTag0 | iam:TagUser | user/* | ForAnyValue:StringNotEquals(aws:TagKeys nightshift:told:quarantined) StringLike(aws:ResourceTag/team security*)",
      "NOT NeverForExcludedUsers | iam:CreateAccessKey iam:DeleteAccessKey iam:UntagUser iam:UpdateAccessKey | user/*/root-of-all user/root-of-all | ",
      "NOT NeverForUsersWithTag0 | iam:CreateAccessKey iam:DeleteAccessKey iam:UntagUser iam:UpdateAccessKey | user/* | StringLike(aws:ResourceTag/team security*)",
      "MakeMarkedSecrets | secretsmanager:CreateSecret secretsmanager:TagResource | secret:/aws/iam/credentials/* | ForAllValues:StringEquals(aws:TagKeys nightshift:user-id) Null(aws:RequestTag/nightshift:user-id false)",
      "WriteMarkedSecrets | secretsmanager:GetResourcePolicy secretsmanager:PutResourcePolicy secretsmanager:PutSecretValue secretsmanager:RestoreSecret | secret:/aws/iam/credentials/* | Null(aws:ResourceTag/nightshift:user-id false)",
      "HandNewKeysOut | secretsmanager:UpdateSecretVersionStage | secret:/aws/iam/credentials/* | Null(aws:ResourceTag/nightshift:user-id false) StringEquals(secretsmanager:VersionStage AWSCURRENT,AWSPENDING)",
      "ReadOnlyWhatIsNotProvenYet | secretsmanager:GetSecretValue | secret:/aws/iam/credentials/* | StringEquals(secretsmanager:VersionStage AWSPENDING)",
      "MailOwners | ses:SendEmail | arn:aws:ses:eu-west-1:111122223333:identity/example.com arn:aws:ses:eu-west-1:111122223333:identity/n@example.com | StringEquals(ses:FromAddress n@example.com)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "a_group_is_for_the_function_to_see" {
  command = plan

  variables {
    mode    = "apply"
    notices = { mail_from = "n@example.com", operators_mail = ["ops@example.com"] }
    policy  = { include = ["path:/robots/*", "group:deployers"] }
  }

  assert {
    condition     = module.access.reach == ["arn:aws:iam::111122223333:user/*"]
    error_message = "A user of the group could not be rotated: ${jsonencode(module.access.reach)}"
  }
}

run "copies_keys_of_yours_reports_and_channels_each_add_their_own_right" {
  command = plan

  variables {
    mode = "apply"

    notices = {
      slack_secret_id = "hook"
      sns_topic_arn   = "arn:aws:sns:eu-west-1:111122223333:notices"
    }

    policy = {
      secret_kms_key_arn     = "arn:aws:kms:eu-west-1:111122223333:key/ours"
      secret_prefix          = "robots/"
      secret_replica_regions = ["eu-north-1"]
    }

    report_bucket = { name = "reports" }
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [
          for arn in sort(flatten([statement.Resource])) :
          replace(replace(arn, "arn:aws:iam::111122223333:", ""), "arn:aws:secretsmanager:eu-west-1:111122223333:", "")
        ]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "ListUsersAndWhenTheirKeysWereUsed | iam:GetAccessKeyLastUsed iam:GetAccountAuthorizationDetails | * | ",
      "ListTheirKeys | iam:ListAccessKeys | user/* | ",
      "SeeWhichKeysAreStored | secretsmanager:DescribeSecret secretsmanager:ListSecretVersionIds | secret:robots/* | ",
      "LookAgainBeforeTheFirstWrite | iam:GetUser | user/* | ",
      "MakeAndDeleteKeys | iam:CreateAccessKey iam:DeleteAccessKey | user/* | ",
      "SwitchKeysOff | iam:UpdateAccessKey | user/* | ",
      "NoteWhatWasDone | iam:TagUser iam:UntagUser | user/* | ForAllValues:StringLike(aws:TagKeys AKIA*,nightshift:*) Null(aws:TagKeys false)",
      "MakeMarkedSecrets | secretsmanager:CreateSecret secretsmanager:TagResource | secret:robots/* | ForAllValues:StringEquals(aws:TagKeys nightshift:user-id) Null(aws:RequestTag/nightshift:user-id false)",
      "WriteMarkedSecrets | secretsmanager:GetResourcePolicy secretsmanager:PutResourcePolicy secretsmanager:PutSecretValue secretsmanager:RestoreSecret | secret:robots/* | Null(aws:ResourceTag/nightshift:user-id false)",
      "HandNewKeysOut | secretsmanager:UpdateSecretVersionStage | secret:robots/* | Null(aws:ResourceTag/nightshift:user-id false) StringEquals(secretsmanager:VersionStage AWSCURRENT,AWSPENDING)",
      "ReadOnlyWhatIsNotProvenYet | secretsmanager:GetSecretValue | secret:robots/* | StringEquals(secretsmanager:VersionStage AWSPENDING)",
      "CopyNewSecrets | secretsmanager:ReplicateSecretToRegions | secret:robots/* | ForAllValues:StringEquals(secretsmanager:AddReplicaRegions eu-north-1)",
      "EncryptSecrets | kms:Decrypt kms:GenerateDataKey | arn:aws:kms:eu-west-1:111122223333:key/ours | StringEquals(kms:ViaService secretsmanager.eu-west-1.amazonaws.com)",
      "KeepReports | s3:PutObject | arn:aws:s3:::reports/key-rotation/* | ",
      "TellTheTopic | sns:Publish | arn:aws:sns:eu-west-1:111122223333:notices | ",
      "ReadTheWebhook | secretsmanager:GetSecretValue | secret:hook-?????? | ",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "secrets_in_another_region_are_the_ones_in_reach" {
  command = plan

  variables {
    policy = { secret_region = "eu-central-1" }
  }

  assert {
    condition     = module.access.secrets == "arn:aws:secretsmanager:eu-central-1:111122223333:secret:/aws/iam/credentials/*"
    error_message = "The role reaches ${module.access.secrets}."
  }
}

run "fifty_excluded_users_fit_into_a_role" {
  command = plan

  variables {
    mode    = "apply"
    notices = { mail_from = "n@example.com", operators_mail = ["ops@example.com"] }
    policy  = { exclude = [for number in range(50) : "excluded-${number}"] }
  }

  assert {
    condition     = length(replace(data.aws_iam_policy_document.job.json, "/\\s/", "")) < 9500
    error_message = "The policy has ${length(replace(data.aws_iam_policy_document.job.json, "/\\s/", ""))} characters."
  }
}

# Or what is too long for IAM would be refused half-way through the first apply, and nobody could read it in the plan.
run "what_the_role_may_do_is_known_before_anything_is_there" {
  command = plan

  assert {
    condition     = strcontains(module.function.platform_policy, "${local.name}-dead-letters")
    error_message = module.function.platform_policy
  }
}
