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
  package     = { path = "../../fixtures/x86_64/secret-rotation/bootstrap.zip" }

  secrets = {
    masters = ["rds!cluster-*", "shop-master"]
    users   = ["shop-app-*", "legacy"]
  }

  vpc = {
    security_group_ids = ["sg-0123456789abcdef0"]
    subnet_ids         = ["subnet-0123456789abcdef0"]
  }
}

run "without_masters_there_is_nothing_but_the_secrets_that_name_the_function" {
  command = plan

  variables {
    secrets = { users = ["shop-app-*", "legacy"] }
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [for arn in sort(flatten([statement.Resource])) : replace(arn, "arn:aws:secretsmanager:eu-west-1:111122223333:", "")]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "RotateSecretsThatNameThisFunction | secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:ListSecretVersionIds secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage | secret:legacy-?????? secret:shop-app-* | StringEquals(secretsmanager:resource/AllowRotationLambdaArn arn:aws:lambda:eu-west-1:111122223333:function:nightshift-dev-secret-rotation)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "with_masters_it_reads_theirs_and_never_writes_them" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [for arn in sort(flatten([statement.Resource])) : replace(arn, "arn:aws:secretsmanager:eu-west-1:111122223333:", "")]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "RotateSecretsThatNameThisFunction | secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:ListSecretVersionIds secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage | secret:legacy-?????? secret:shop-app-* | StringEquals(secretsmanager:resource/AllowRotationLambdaArn arn:aws:lambda:eu-west-1:111122223333:function:nightshift-dev-secret-rotation)",
      "LogInAsTheMaster | secretsmanager:DescribeSecret secretsmanager:GetSecretValue | secret:rds!cluster-* secret:shop-master-?????? | ",
      "NOT NeverWriteAMastersSecret | secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage | secret:rds!cluster-* secret:shop-master-?????? | ",
      "KnowServersAndProxies | rds:DescribeDBClusters rds:DescribeDBInstances rds:DescribeDBProxies | * | StringEquals(aws:RequestedRegion eu-west-1)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "keys_and_reports_each_add_their_own_right" {
  command = plan

  variables {
    kms_key_arns  = ["arn:aws:kms:eu-west-1:111122223333:key/ours"]
    report_bucket = { name = "reports" }
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [for arn in sort(flatten([statement.Resource])) : replace(arn, "arn:aws:secretsmanager:eu-west-1:111122223333:", "")]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "RotateSecretsThatNameThisFunction | secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:ListSecretVersionIds secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage | secret:legacy-?????? secret:shop-app-* | StringEquals(secretsmanager:resource/AllowRotationLambdaArn arn:aws:lambda:eu-west-1:111122223333:function:nightshift-dev-secret-rotation)",
      "LogInAsTheMaster | secretsmanager:DescribeSecret secretsmanager:GetSecretValue | secret:rds!cluster-* secret:shop-master-?????? | ",
      "NOT NeverWriteAMastersSecret | secretsmanager:PutSecretValue secretsmanager:UpdateSecretVersionStage | secret:rds!cluster-* secret:shop-master-?????? | ",
      "KnowServersAndProxies | rds:DescribeDBClusters rds:DescribeDBInstances rds:DescribeDBProxies | * | StringEquals(aws:RequestedRegion eu-west-1)",
      "ReadAndWriteWhatIsEncrypted | kms:Decrypt kms:GenerateDataKey | arn:aws:kms:eu-west-1:111122223333:key/ours | StringEquals(kms:ViaService secretsmanager.eu-west-1.amazonaws.com)",
      "KeepReports | s3:PutObject | arn:aws:s3:::reports/secret-rotation/* | ",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}
