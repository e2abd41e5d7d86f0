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

variables {
  account = {
    dns_suffix = "amazonaws.com"
    id         = "111122223333"
    partition  = "aws"
    region     = "eu-west-1"
  }

  environment = "dev"
  package     = { path = "../../fixtures/x86_64/db-users/bootstrap.zip" }

  secrets = {
    masters = ["rds!cluster-*", "shop-master"]
    users   = ["shop-app-*"]
  }

  vpc = {
    security_group_ids = ["sg-0123456789abcdef0"]
    subnet_ids         = ["subnet-0123456789abcdef0"]
  }
}

run "in_plan_mode_the_role_may_only_read" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [for arn in sort(flatten([statement.Resource])) : replace(replace(arn, "arn:aws:secretsmanager:*:111122223333:", ""), "arn:aws:secretsmanager:eu-west-1:111122223333:", "")]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "LogInAsTheMasterAndTryUsersPasswords | secretsmanager:DescribeSecret secretsmanager:GetSecretValue | secret:rds!cluster-* secret:shop-app-* secret:shop-master-?????? | StringEquals(aws:RequestedRegion eu-west-1)",
      "KnowTheServersOfASecret | rds:DescribeDBClusters rds:DescribeDBInstances | * | StringEquals(aws:RequestedRegion eu-west-1)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "in_apply_mode_it_may_write_the_secrets_of_users_and_never_a_masters" {
  command = plan

  variables {
    mode = "apply"
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [for arn in sort(flatten([statement.Resource])) : replace(replace(arn, "arn:aws:secretsmanager:*:111122223333:", ""), "arn:aws:secretsmanager:eu-west-1:111122223333:", "")]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "LogInAsTheMasterAndTryUsersPasswords | secretsmanager:DescribeSecret secretsmanager:GetSecretValue | secret:rds!cluster-* secret:shop-app-* secret:shop-master-?????? | StringEquals(aws:RequestedRegion eu-west-1)",
      "KnowTheServersOfASecret | rds:DescribeDBClusters rds:DescribeDBInstances | * | StringEquals(aws:RequestedRegion eu-west-1)",
      "NOT NeverInAnotherRegion | secretsmanager:* | secret:rds!cluster-* secret:shop-app-* secret:shop-master-?????? | StringNotEquals(aws:RequestedRegion eu-west-1)",
      "MakeUsersSecrets | secretsmanager:CreateSecret secretsmanager:TagResource | secret:shop-app-* | ForAllValues:StringEquals(aws:TagKeys nightshift:db-user) Null(aws:RequestTag/nightshift:db-user false)",
      "SayHowTheyAreRotated | secretsmanager:TagResource secretsmanager:UntagResource | secret:shop-app-* | ForAllValues:StringEquals(aws:TagKeys nightshift:rotation-strategy)",
      "WriteUsersSecrets | secretsmanager:CancelRotateSecret secretsmanager:DeleteSecret secretsmanager:PutSecretValue secretsmanager:RestoreSecret secretsmanager:UpdateSecretVersionStage | secret:shop-app-* | ",
      "NOT NeverWriteAMastersSecret | secretsmanager:CancelRotateSecret secretsmanager:DeleteSecret secretsmanager:PutResourcePolicy secretsmanager:PutSecretValue secretsmanager:RestoreSecret secretsmanager:RotateSecret secretsmanager:TagResource secretsmanager:UntagResource secretsmanager:UpdateSecretVersionStage | secret:rds!cluster-* secret:shop-master-?????? | ",
      "NOT NeverWithoutAWindow | secretsmanager:DeleteSecret | * | Bool(secretsmanager:ForceDeleteWithoutRecovery true)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "keys_rotation_and_channels_each_add_their_own_right" {
  command = plan

  variables {
    kms_key_arns  = ["arn:aws:kms:eu-west-1:111122223333:key/ours"]
    mode          = "apply"
    notices       = { slack_secret_id = "hook" }
    policy        = { rotation_function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate" }
    report_bucket = { name = "reports" }
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [for arn in sort(flatten([statement.Resource])) : replace(replace(arn, "arn:aws:secretsmanager:*:111122223333:", ""), "arn:aws:secretsmanager:eu-west-1:111122223333:", "")]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "LogInAsTheMasterAndTryUsersPasswords | secretsmanager:DescribeSecret secretsmanager:GetSecretValue | secret:rds!cluster-* secret:shop-app-* secret:shop-master-?????? | StringEquals(aws:RequestedRegion eu-west-1)",
      "DecryptThem | kms:Decrypt | arn:aws:kms:eu-west-1:111122223333:key/ours | StringEquals(kms:ViaService secretsmanager.eu-west-1.amazonaws.com)",
      "KnowTheServersOfASecret | rds:DescribeDBClusters rds:DescribeDBInstances | * | StringEquals(aws:RequestedRegion eu-west-1)",
      "NOT NeverInAnotherRegion | secretsmanager:* | secret:rds!cluster-* secret:shop-app-* secret:shop-master-?????? | StringNotEquals(aws:RequestedRegion eu-west-1)",
      "MakeUsersSecrets | secretsmanager:CreateSecret secretsmanager:TagResource | secret:shop-app-* | ForAllValues:StringEquals(aws:TagKeys nightshift:db-user) Null(aws:RequestTag/nightshift:db-user false)",
      "SayHowTheyAreRotated | secretsmanager:TagResource secretsmanager:UntagResource | secret:shop-app-* | ForAllValues:StringEquals(aws:TagKeys nightshift:rotation-strategy)",
      "WriteUsersSecrets | secretsmanager:CancelRotateSecret secretsmanager:DeleteSecret secretsmanager:PutSecretValue secretsmanager:RestoreSecret secretsmanager:UpdateSecret secretsmanager:UpdateSecretVersionStage | secret:shop-app-* | ",
      "NOT NeverWriteAMastersSecret | secretsmanager:CancelRotateSecret secretsmanager:DeleteSecret secretsmanager:PutResourcePolicy secretsmanager:PutSecretValue secretsmanager:RestoreSecret secretsmanager:RotateSecret secretsmanager:TagResource secretsmanager:UntagResource secretsmanager:UpdateSecret secretsmanager:UpdateSecretVersionStage | secret:rds!cluster-* secret:shop-master-?????? | ",
      "NOT NeverWithoutAWindow | secretsmanager:DeleteSecret | * | Bool(secretsmanager:ForceDeleteWithoutRecovery true)",
      "HaveThemRotated | secretsmanager:RotateSecret | secret:shop-app-* | StringEquals(secretsmanager:RotationLambdaARN arn:aws:lambda:eu-west-1:111122223333:function:rotate)",
      "CallWhatRotatesThem | lambda:InvokeFunction | arn:aws:lambda:eu-west-1:111122223333:function:rotate | ",
      "EncryptUsersSecrets | kms:GenerateDataKey | arn:aws:kms:eu-west-1:111122223333:key/ours | StringEquals(kms:ViaService secretsmanager.eu-west-1.amazonaws.com)",
      "KeepReports | s3:PutObject | arn:aws:s3:::reports/db-users/* | ",
      "ReadTheWebhook | secretsmanager:GetSecretValue | secret:hook-?????? | ",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "every_region_of_the_policy_and_no_other_is_in_reach" {
  command = plan

  variables {
    policy = { regions = ["us-east-1", "eu-west-1"] }
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement :
      statement.Condition.StringEquals["aws:RequestedRegion"] == ["eu-west-1", "us-east-1"]
    ])
    error_message = "The role reaches other Regions than the policy names."
  }

  # The first is where an event that names none has its server.
  assert {
    condition     = local.variables.NIGHTSHIFT_REGIONS == "us-east-1,eu-west-1"
    error_message = "The function is told ${local.variables.NIGHTSHIFT_REGIONS}."
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
