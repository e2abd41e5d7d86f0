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
  package     = { path = "../../fixtures/x86_64/cluster-clone/bootstrap.zip" }
}

run "in_plan_mode_the_role_may_only_read" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [for arn in sort(flatten([statement.Resource])) : replace(arn, "arn:aws:rds:*:111122223333:", "")]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "ReadClustersAndTheirMembers | rds:DescribeDBClusters rds:DescribeDBInstances | * | StringEquals(aws:RequestedRegion eu-west-1)",
      "KnowTheRolesOfIdentityCenter | iam:GetRole | arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/* | ",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "in_apply_mode_it_makes_what_is_marked_and_changes_only_what_is_in_the_making" {
  command = plan

  variables {
    kms_key_arns = ["arn:aws:kms:eu-west-1:111122223333:key/ours"]
    mode         = "apply"
    policy       = { protected = ["payments", "tier=gold"] }
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [for arn in sort(flatten([statement.Resource])) : replace(arn, "arn:aws:rds:*:111122223333:", "")]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "ReadClustersAndTheirMembers | rds:DescribeDBClusters rds:DescribeDBInstances | * | StringEquals(aws:RequestedRegion eu-west-1)",
      "KnowTheRolesOfIdentityCenter | iam:GetRole | arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/* | ",
      "NOT NeverWhatIsProtected | rds:AddTagsToResource rds:DeleteDBCluster rds:ModifyDBCluster rds:RemoveTagsFromResource rds:RestoreDBClusterToPointInTime | cluster:payments db:payments | ",
      "NOT NeverWithProtectedTag0 | rds:AddTagsToResource rds:DeleteDBCluster rds:ModifyDBCluster rds:RemoveTagsFromResource rds:RestoreDBClusterToPointInTime | cluster:* | StringLike(aws:ResourceTag/tier GOLD,Gold,gold)",
      "NOT NeverInAnotherRegion | rds:* | * | StringNotEquals(aws:RequestedRegion eu-west-1)",
      "MakeClonesThatAreMarkedFromTheirFirstMoment | rds:AddTagsToResource rds:CreateDBInstance rds:RestoreDBClusterToPointInTime | cluster-pg:* cluster:* db:* og:* pg:* subgrp:* | Null(aws:RequestTag/auto-delete-after false) StringEquals(aws:RequestTag/env dev) StringEquals(aws:RequestTag/nightshift:clone creating)",
      "ChangeAndTakeBackWhatIsInTheMaking | rds:DeleteDBCluster rds:ModifyDBCluster | cluster:* | StringEquals(aws:ResourceTag/env dev) StringEquals(aws:ResourceTag/nightshift:clone creating)",
      "LeaveTheGroupsOfAClusterAsTheyAre | rds:ModifyDBCluster | cluster-pg:* og:* | ",
      "HandOver | rds:AddTagsToResource | cluster:* | ForAllValues:StringEquals(aws:TagKeys nightshift:clone,nightshift:clone-untold) StringEquals(aws:RequestTag/nightshift:clone ready) StringEquals(aws:ResourceTag/env dev) StringEquals(aws:ResourceTag/nightshift:clone creating)",
      "ForgetWhatWasNotTold | rds:RemoveTagsFromResource | cluster:* | ForAllValues:StringEquals(aws:TagKeys nightshift:clone-untold) Null(aws:TagKeys false) StringEquals(aws:ResourceTag/env dev) StringEquals(aws:ResourceTag/nightshift:clone ready)",
      "RememberWhoWasTold | rds:AddTagsToResource | cluster:* | ForAllValues:StringEquals(aws:TagKeys nightshift:asked) Null(aws:TagKeys false) StringEquals(aws:ResourceTag/env dev) StringEquals(aws:ResourceTag/nightshift:clone creating,ready)",
      "LetRdsKeepThePassword | secretsmanager:CreateSecret secretsmanager:TagResource | arn:aws:secretsmanager:*:111122223333:secret:rds!cluster-* | ",
      "LetRdsLookAtItsKey | kms:DescribeKey | arn:aws:kms:*:111122223333:key/* | StringLike(kms:ViaService rds.*.amazonaws.com,secretsmanager.*.amazonaws.com)",
      "UseTheKeysOfSources | kms:CreateGrant | arn:aws:kms:eu-west-1:111122223333:key/ours | Bool(kms:GrantIsForAWSResource true)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "with_a_quarantine_it_logs_in_to_raw_copies_and_takes_their_members_back" {
  command = plan

  variables {
    mode = "apply"
    vpc  = { security_group_ids = ["sg-function"], subnet_ids = ["subnet-1"] }

    policy = {
      quarantine = {
        parameter_group = "quarantine-{family}"
        rules           = "s3://rules/{source}.toml"
        security_groups = ["sg-quarantine"]
      }
    }
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        statement.Sid,
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [for arn in sort(flatten([statement.Resource])) : replace(arn, "arn:aws:rds:*:111122223333:", "")]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ]) if anytrue([for word in ["Rules", "Raw", "Run", "TheirClones"] : strcontains(statement.Sid, word)])
      ] == [
      "ReadTheRules | s3:GetObject | arn:aws:s3:::rules/*.toml | ",
      "SeeWhichKeysOfRunsAreLeft | secretsmanager:ListSecrets | * | StringEquals(aws:RequestedRegion eu-west-1)",
      "LogInToRawCopies | secretsmanager:DescribeSecret secretsmanager:GetSecretValue | arn:aws:secretsmanager:*:111122223333:secret:rds!cluster-* | StringLike(aws:ResourceTag/aws:rds:primaryDBClusterArn arn:aws:rds:*:111122223333:cluster:*-raw)",
      "KeepTheKeyOfARunAndDestroyIt | secretsmanager:CreateSecret secretsmanager:DeleteSecret secretsmanager:GetSecretValue secretsmanager:TagResource | arn:aws:secretsmanager:*:111122223333:secret:nightshift/anonymise/* | ",
      "SayThatARawCopyIsAnonymised | rds:AddTagsToResource | cluster:*-raw | ForAllValues:StringEquals(aws:TagKeys nightshift:anonymised,nightshift:anonymised-at) Null(aws:ResourceTag/nightshift:raw false) Null(aws:TagKeys false) StringEquals(aws:ResourceTag/env dev) StringEquals(aws:ResourceTag/nightshift:clone creating)",
      "TakeBackMembersOfRawCopies | rds:DeleteDBInstance | db:* | Null(aws:ResourceTag/nightshift:raw false) StringEquals(aws:ResourceTag/env dev) StringEquals(aws:ResourceTag/nightshift:clone creating)",
      "TakeBackMembersOfTheirClones | rds:DeleteDBInstance | db:* | Null(aws:ResourceTag/nightshift:anonymised false) StringEquals(aws:ResourceTag/env dev) StringEquals(aws:ResourceTag/nightshift:clone creating)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }

  assert {
    condition = { for name, value in local.variables : name => value if strcontains(name, "QUARANTINE") || strcontains(name, "ANONYMISE") } == {
      NIGHTSHIFT_ANONYMISE_RULES            = "s3://rules/{source}.toml"
      NIGHTSHIFT_QUARANTINE_PARAMETER_GROUP = "quarantine-{family}"
      NIGHTSHIFT_QUARANTINE_SECURITY_GROUPS = "sg-quarantine"
    }
    error_message = "The variables are ${jsonencode(local.variables)}."
  }
}

run "who_may_ask_may_do_nothing_else" {
  command = plan

  assert {
    condition     = jsonencode(flatten([for statement in data.aws_iam_policy_document.invoke.statement : tolist(statement.actions)])) == jsonencode(["lambda:InvokeFunction", "rds:DescribeDBClusters"])
    error_message = "Whoever asks for clones may do more than that."
  }

  assert {
    condition     = jsonencode(flatten([for statement in data.aws_iam_policy_document.invoke.statement : [for one in statement.condition : [one.variable, tolist(one.values)]]])) == jsonencode(["aws:RequestedRegion", "eu-west-1"])
    error_message = "Whoever asks for clones may look at clusters elsewhere."
  }
}
