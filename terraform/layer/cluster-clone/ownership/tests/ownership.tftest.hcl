# The policy for developers, as the real provider renders it, statement by statement: sid | actions | resources | conditions.

provider "aws" {
  access_key                  = "none"
  region                      = "eu-west-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account = { id = "111122223333", partition = "aws" }
}

run "ones_own_may_be_kept_and_deleted_and_nothing_else_touched" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.this.json).Statement : join(" | ", [
        "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
        join(" ", sort(flatten([statement.Action]))),
        join(" ", [for arn in sort(flatten([statement.Resource])) : replace(arn, "arn:aws:rds:*:111122223333:", "")]),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "LookAtClustersAndWhatHoldsThem | rds:DescribeAccountAttributes rds:DescribeBlueGreenDeployments rds:DescribeDBClusterSnapshots rds:DescribeDBClusters rds:DescribeDBInstances rds:DescribeIntegrations | * | ",
      "GiveOnesOwnClustersMoreTime | rds:AddTagsToResource | cluster:* | ForAllValues:StringEquals(aws:TagKeys auto-delete-after,nightshift:delete-of,nightshift:notified) Null(aws:TagKeys false) StringEquals(rds:cluster-tag/owner $${aws:PrincipalTag/owner})",
      "DeleteOnesOwnClones | rds:CreateDBClusterSnapshot rds:DeleteDBCluster rds:StartDBCluster | cluster:* | StringEquals(rds:cluster-tag/nightshift:clone ready) StringEquals(rds:cluster-tag/owner $${aws:PrincipalTag/owner})",
      "DeleteTheirMembers | rds:DeleteDBInstance | db:* | Null(rds:db-tag/nightshift:clone false) StringEquals(rds:db-tag/owner $${aws:PrincipalTag/owner})",
      "NoteThatItWasAskedFor | rds:AddTagsToResource | cluster:* | ForAllValues:StringLike(aws:TagKeys auto-delete-after,nightshift:delete-of,nightshift:delete-requested,nightshift:notified,nightshift:restore-*,nightshift:started) Null(aws:TagKeys false) StringEquals(rds:cluster-tag/nightshift:clone ready) StringEquals(rds:cluster-tag/owner $${aws:PrincipalTag/owner})",
      "TakeTheFinalSnapshot | rds:CreateDBClusterSnapshot rds:DeleteDBCluster | cluster-snapshot:nightshift-* | ",
      "SayWhoseTheSnapshotIs | rds:AddTagsToResource | cluster-snapshot:nightshift-* | Null(rds:cluster-snapshot-tag/owner true) StringEquals(aws:RequestTag/owner $${aws:PrincipalTag/owner})",
      "SayMoreOfOnesOwnSnapshot | rds:AddTagsToResource | cluster-snapshot:nightshift-* | StringEquals(aws:RequestTag/owner $${aws:PrincipalTag/owner}) StringEquals(rds:cluster-snapshot-tag/owner $${aws:PrincipalTag/owner})",
      "TakeOurTagsOffOnesOwnSnapshot | rds:RemoveTagsFromResource | cluster-snapshot:nightshift-* | ForAllValues:StringLike(aws:TagKeys auto-delete-after,nightshift:*) Null(aws:TagKeys false) StringEquals(rds:cluster-snapshot-tag/owner $${aws:PrincipalTag/owner})",
      "NOT NeverTouchAnothers | rds:AddTagsToResource rds:DeleteDBCluster rds:RemoveTagsFromResource | cluster:* | StringNotEquals(rds:cluster-tag/owner $${aws:PrincipalTag/owner})",
      "NOT NeverWithoutAName | rds:AddTagsToResource rds:DeleteDBCluster rds:RemoveTagsFromResource | cluster:* | Null(aws:PrincipalTag/owner true)",
      "NOT NeverProduction0 | rds:AddTagsToResource rds:DeleteDBCluster rds:RemoveTagsFromResource | cluster:* | StringLike(rds:cluster-tag/env LIVE*,Live*,PRD*,PROD*,Prd*,Prod*,live*,prd*,prod*)",
      "NOT NeverProduction1 | rds:AddTagsToResource rds:DeleteDBCluster rds:RemoveTagsFromResource | cluster:* | StringLike(rds:cluster-tag/environment LIVE*,Live*,PRD*,PROD*,Prd*,Prod*,live*,prd*,prod*)",
      "NOT NeverProduction2 | rds:AddTagsToResource rds:DeleteDBCluster rds:RemoveTagsFromResource | cluster:* | StringLike(rds:cluster-tag/stage LIVE*,Live*,PRD*,PROD*,Prd*,Prod*,live*,prd*,prod*)",
      "NOT NeverTakeTagsOffACluster | rds:RemoveTagsFromResource | cluster:* | ",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.this.json}"
  }
}

run "other_tags_reach_every_statement" {
  command = plan

  variables {
    owner_tag     = "team"
    principal_tag = "squad"
    production    = { tier = ["gold"] }
    tag_key       = "ends"
  }

  assert {
    condition     = !strcontains(data.aws_iam_policy_document.this.json, "-tag/owner") && !strcontains(data.aws_iam_policy_document.this.json, "PrincipalTag/owner") && !strcontains(data.aws_iam_policy_document.this.json, "RequestTag/owner")
    error_message = "A statement looks at the tag owner, and the policy names another: ${data.aws_iam_policy_document.this.json}"
  }

  assert {
    condition     = !strcontains(data.aws_iam_policy_document.this.json, "auto-delete-after") && strcontains(data.aws_iam_policy_document.this.json, "rds:cluster-tag/tier")
    error_message = "A tag of the policy does not reach it: ${data.aws_iam_policy_document.this.json}"
  }
}

run "each_command_has_what_it_needs_and_all_of_them_is_the_policy" {
  command = plan

  assert {
    condition = jsondecode(output.policy).Statement == flatten([
      for name in ["look", "extend", "delete", "never"] : jsondecode(output.per_command[name]).Statement
    ])
    error_message = "What a command needs is not what the whole gives."
  }
}

run "an_empty_list_calls_nothing_production" {
  command = plan

  variables {
    production = {}
  }

  expect_failures = [var.production]
}
