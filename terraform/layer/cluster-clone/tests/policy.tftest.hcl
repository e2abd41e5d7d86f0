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
