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
  package     = { path = "../../fixtures/x86_64/cluster-cleanup/bootstrap.zip" }
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
      "ReadClustersAndWhatHoldsThem | rds:DescribeAccountAttributes rds:DescribeBlueGreenDeployments rds:DescribeDBClusterSnapshots rds:DescribeDBClusters rds:DescribeDBInstances rds:DescribeIntegrations | * | StringEquals(aws:RequestedRegion eu-west-1)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "in_apply_mode_it_may_delete_what_is_marked" {
  command = plan

  variables {
    mode   = "apply"
    policy = { min_notice_hours = 0 }
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
      "ReadClustersAndWhatHoldsThem | rds:DescribeAccountAttributes rds:DescribeBlueGreenDeployments rds:DescribeDBClusterSnapshots rds:DescribeDBClusters rds:DescribeDBInstances rds:DescribeIntegrations | * | StringEquals(aws:RequestedRegion eu-west-1)",
      "NOT NeverInAnotherRegion | rds:* | * | StringNotEquals(aws:RequestedRegion eu-west-1)",
      "NoteTheDeletionOnMarkedClusters | rds:AddTagsToResource | cluster:* | ForAllValues:StringLike(aws:TagKeys nightshift:*) Null(aws:TagKeys false) StringEquals(aws:ResourceTag/env dev) StringLike(aws:ResourceTag/auto-delete-after *)",
      "ForgetWhatWasTold | rds:AddTagsToResource | cluster:* | ForAllValues:StringEquals(aws:TagKeys nightshift:delete-of,nightshift:notified) Null(aws:ResourceTag/nightshift:notified false) Null(aws:TagKeys false)",
      "DeleteMarkedClusters | rds:CreateDBClusterSnapshot rds:DeleteDBCluster | cluster:* | StringEquals(aws:ResourceTag/env dev) StringLike(aws:ResourceTag/auto-delete-after *)",
      "TakeTheFinalSnapshotAndSayHowLongItIsKept | rds:AddTagsToResource rds:CreateDBClusterSnapshot rds:DeleteDBCluster rds:RemoveTagsFromResource | cluster-snapshot:nightshift-* | ",
      "DeleteOldSnapshots | rds:DeleteDBClusterSnapshot | cluster-snapshot:nightshift-* | Null(aws:ResourceTag/nightshift:purge-after false)",
      "DeleteMembers | rds:DeleteDBInstance | db:* | StringEqualsIfExists(rds:DatabaseEngine aurora-mysql,aurora-postgresql)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "what_is_switched_on_is_added_and_marked_members_are_held_to_their_marks" {
  command = plan

  variables {
    mode               = "apply"
    members_are_marked = true

    policy = {
      deletion_protection = "override"
      min_notice_hours    = 0
      stopped_clusters    = "start"
    }
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
      "ReadClustersAndWhatHoldsThem | rds:DescribeAccountAttributes rds:DescribeBlueGreenDeployments rds:DescribeDBClusterSnapshots rds:DescribeDBClusters rds:DescribeDBInstances rds:DescribeIntegrations | * | StringEquals(aws:RequestedRegion eu-west-1)",
      "NOT NeverInAnotherRegion | rds:* | * | StringNotEquals(aws:RequestedRegion eu-west-1)",
      "NoteTheDeletionOnMarkedClusters | rds:AddTagsToResource | cluster:* | ForAllValues:StringLike(aws:TagKeys nightshift:*) Null(aws:TagKeys false) StringEquals(aws:ResourceTag/env dev) StringLike(aws:ResourceTag/auto-delete-after *)",
      "ForgetWhatWasTold | rds:AddTagsToResource | cluster:* | ForAllValues:StringEquals(aws:TagKeys nightshift:delete-of,nightshift:notified) Null(aws:ResourceTag/nightshift:notified false) Null(aws:TagKeys false)",
      "DeleteMarkedClusters | rds:CreateDBClusterSnapshot rds:DeleteDBCluster rds:ModifyDBCluster rds:StartDBCluster | cluster:* | StringEquals(aws:ResourceTag/env dev) StringLike(aws:ResourceTag/auto-delete-after *)",
      "TakeTheFinalSnapshotAndSayHowLongItIsKept | rds:AddTagsToResource rds:CreateDBClusterSnapshot rds:DeleteDBCluster rds:RemoveTagsFromResource | cluster-snapshot:nightshift-* | ",
      "DeleteOldSnapshots | rds:DeleteDBClusterSnapshot | cluster-snapshot:nightshift-* | Null(aws:ResourceTag/nightshift:purge-after false)",
      "DeleteMembers | rds:DeleteDBInstance | db:* | StringEquals(aws:ResourceTag/env dev) StringEqualsIfExists(rds:DatabaseEngine aurora-mysql,aurora-postgresql)",
      "LeaveTheGroupsOfAClusterAsTheyAre | rds:ModifyDBCluster | cluster-pg:* og:* | ",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "in_plan_mode_reports_are_kept_and_nobody_is_told" {
  command = plan

  variables {
    notices = {
      mail_from                = "nightshift@example.com"
      operators_mail           = ["ops@example.com"]
      slack_secret_id          = "hook"
      slack_secret_kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/hook"
      sns_topic_arn            = "arn:aws:sns:eu-west-1:111122223333:notices"
      sns_topic_kms_key_arn    = "arn:aws:kms:eu-west-1:111122223333:key/topic"
    }

    report_bucket = {
      kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/reports"
      name        = "reports"
    }
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
      "ReadClustersAndWhatHoldsThem | rds:DescribeAccountAttributes rds:DescribeBlueGreenDeployments rds:DescribeDBClusterSnapshots rds:DescribeDBClusters rds:DescribeDBInstances rds:DescribeIntegrations | * | StringEquals(aws:RequestedRegion eu-west-1)",
      "KeepReports | s3:PutObject | arn:aws:s3:::reports/cluster-cleanup/* | ",
      "EncryptReports | kms:GenerateDataKey | arn:aws:kms:eu-west-1:111122223333:key/reports | StringEquals(kms:ViaService s3.eu-west-1.amazonaws.com)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "in_apply_mode_each_channel_adds_its_own_right" {
  command = plan

  variables {
    mode = "apply"

    notices = {
      mail_from                = "nightshift@example.com"
      operators_mail           = ["ops@example.com"]
      slack_secret_id          = "hook"
      slack_secret_kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/hook"
      sns_topic_arn            = "arn:aws:sns:eu-west-1:111122223333:notices"
      sns_topic_kms_key_arn    = "arn:aws:kms:eu-west-1:111122223333:key/topic"
    }
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
      "ReadClustersAndWhatHoldsThem | rds:DescribeAccountAttributes rds:DescribeBlueGreenDeployments rds:DescribeDBClusterSnapshots rds:DescribeDBClusters rds:DescribeDBInstances rds:DescribeIntegrations | * | StringEquals(aws:RequestedRegion eu-west-1)",
      "NOT NeverInAnotherRegion | rds:* | * | StringNotEquals(aws:RequestedRegion eu-west-1)",
      "NoteTheDeletionOnMarkedClusters | rds:AddTagsToResource | cluster:* | ForAllValues:StringLike(aws:TagKeys nightshift:*) Null(aws:TagKeys false) StringEquals(aws:ResourceTag/env dev) StringLike(aws:ResourceTag/auto-delete-after *)",
      "ForgetWhatWasTold | rds:AddTagsToResource | cluster:* | ForAllValues:StringEquals(aws:TagKeys nightshift:delete-of,nightshift:notified) Null(aws:ResourceTag/nightshift:notified false) Null(aws:TagKeys false)",
      "DeleteMarkedClusters | rds:CreateDBClusterSnapshot rds:DeleteDBCluster | cluster:* | StringEquals(aws:ResourceTag/env dev) StringLike(aws:ResourceTag/auto-delete-after *)",
      "TakeTheFinalSnapshotAndSayHowLongItIsKept | rds:AddTagsToResource rds:CreateDBClusterSnapshot rds:DeleteDBCluster rds:RemoveTagsFromResource | cluster-snapshot:nightshift-* | ",
      "DeleteOldSnapshots | rds:DeleteDBClusterSnapshot | cluster-snapshot:nightshift-* | Null(aws:ResourceTag/nightshift:purge-after false)",
      "DeleteMembers | rds:DeleteDBInstance | db:* | StringEqualsIfExists(rds:DatabaseEngine aurora-mysql,aurora-postgresql)",
      "MailOwners | ses:SendEmail | arn:aws:ses:eu-west-1:111122223333:identity/example.com arn:aws:ses:eu-west-1:111122223333:identity/nightshift@example.com | StringEquals(ses:FromAddress nightshift@example.com)",
      "TellTheTopic | sns:Publish | arn:aws:sns:eu-west-1:111122223333:notices | ",
      "EncryptForTheTopic | kms:Decrypt kms:GenerateDataKey | arn:aws:kms:eu-west-1:111122223333:key/topic | StringLike(kms:ViaService sns.*.amazonaws.com)",
      "ReadTheWebhook | secretsmanager:GetSecretValue | arn:aws:secretsmanager:eu-west-1:111122223333:secret:hook-?????? | ",
      "ReadTheWebhookKey | kms:Decrypt | arn:aws:kms:eu-west-1:111122223333:key/hook | StringEquals(kms:ViaService secretsmanager.eu-west-1.amazonaws.com)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "every_region_of_the_policy_and_no_other_is_in_reach" {
  command = plan

  variables {
    mode   = "apply"
    policy = { min_notice_hours = 0, regions = ["eu-west-1", "eu-north-1"] }
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement :
      statement.Condition.StringEquals["aws:RequestedRegion"] == ["eu-north-1", "eu-west-1"] if statement.Sid == "ReadClustersAndWhatHoldsThem"
      ]) && alltrue([
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement :
      statement.Condition.StringNotEquals["aws:RequestedRegion"] == ["eu-north-1", "eu-west-1"] if statement.Sid == "NeverInAnotherRegion"
    ])
    error_message = "The role reaches other Regions than the policy names."
  }

  assert {
    condition     = local.variables.NIGHTSHIFT_REGIONS == "eu-north-1,eu-west-1"
    error_message = "The function is told other Regions than its role has."
  }
}

run "seventeen_regions_and_forty_protections_fit_into_a_role" {
  command = plan

  variables {
    mode = "apply"
    policy = {
      min_notice_hours = 0
      protected        = [for number in range(40) : "orders-${number}"]
      regions          = [for number in range(17) : "ap-southeast-${number}"]
    }
  }

  assert {
    condition     = length(replace(data.aws_iam_policy_document.job.json, "/\\s/", "")) < 9500
    error_message = "The policy has ${length(replace(data.aws_iam_policy_document.job.json, "/\\s/", ""))} characters."
  }
}

run "what_is_protected_is_denied_to_the_role" {
  command = plan

  variables {
    mode = "apply"
    policy = {
      min_notice_hours = 0
      protected        = ["Orders-*", "tier=gold", "tier=Sil*", "arn:aws:rds:*:*:cluster:ledger"]
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
      ]) if statement.Effect == "Deny" && statement.Sid != "NeverInAnotherRegion"
      ] == [
      "NeverWhatIsProtected | rds:AddTagsToResource rds:DeleteDBCluster rds:DeleteDBInstance rds:ModifyDBCluster rds:StartDBCluster | arn:aws:rds:*:*:cluster:ledger cluster:orders-* db:orders-* | ",
      "NeverAProtectedSnapshot | rds:DeleteDBClusterSnapshot | cluster-snapshot:orders-* | ",
      "NeverWithProtectedTag0 | rds:AddTagsToResource rds:Delete* rds:ModifyDBCluster rds:StartDBCluster | cluster-snapshot:* cluster:* db:* | StringLike(aws:ResourceTag/tier GOLD,Gold,SIL*,Sil*,gold,sil*)",
    ]
    error_message = "The policy is not this table any more: ${data.aws_iam_policy_document.job.json}"
  }
}

run "the_marks_of_the_function_are_the_marks_of_its_role" {
  command = plan

  variables {
    mode = "apply"

    policy = {
      min_notice_hours = 0
      required_tags    = { disposable = "yes", team = "data" }
      tag_key          = "expires"
    }
  }

  assert {
    condition = (
      local.variables.NIGHTSHIFT_REQUIRED_TAGS == "disposable=yes,team=data" &&
      local.variables.NIGHTSHIFT_TAG_KEY == "expires"
    )
    error_message = "The function is not told the marks."
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : statement.Condition
      if statement.Sid == "DeleteMarkedClusters"
      ][0] == {
      StringEquals = { "aws:ResourceTag/disposable" = "yes", "aws:ResourceTag/team" = "data" }
      StringLike   = { "aws:ResourceTag/expires" = "*" }
    }
    error_message = "The role is held to other marks than the function."
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
