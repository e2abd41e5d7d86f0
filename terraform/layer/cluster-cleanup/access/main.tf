# What the role of cluster-cleanup may do in one account: the calls the function makes, each on the narrowest resource and
# condition that works. In plan mode it may only read. No call is made to know it, so that a role in another account, which
# is given the same documents, can be held to that account's Regions and names.

locals {
  # One resource for all Regions, and the Regions as a condition: seventeen of them would be more than IAM takes.
  prefix        = "arn:${var.account.partition}:rds:*:${var.account.id}"
  groups        = ["${local.prefix}:cluster-pg:*", "${local.prefix}:og:*"]
  own_snapshots = "${local.prefix}:cluster-snapshot:nightshift-*"

  switched_on = compact([
    var.policy.deletion_protection == "override" ? "rds:ModifyDBCluster" : "",
    var.policy.stopped_clusters == "start" ? "rds:StartDBCluster" : "",
  ])

  # What every cluster must carry before the role may change it: the tags the function asks for, from the same values.
  marks = merge(
    { for key, value in var.policy.required_tags : key => { test = "StringEquals", value = value } },
    { (var.policy.tag_key) = { test = "StringLike", value = "*" } },
  )
}

data "aws_iam_policy_document" "read" {
  # RDS lists an account, not a cluster: the Region is all that can be narrowed.
  statement {
    sid = "ReadClustersAndWhatHoldsThem"
    actions = [
      "rds:DescribeAccountAttributes",
      "rds:DescribeBlueGreenDeployments",
      "rds:DescribeDBClusterSnapshots",
      "rds:DescribeDBClusters",
      "rds:DescribeDBInstances",
      "rds:DescribeIntegrations",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = var.regions
    }
  }
}

data "aws_iam_policy_document" "apply" {
  source_policy_documents = [data.aws_iam_policy_document.protected.json]

  # Once for all, and so that what is allowed below stays short.
  statement {
    sid       = "NeverInAnotherRegion"
    effect    = "Deny"
    actions   = ["rds:*"]
    resources = ["*"]

    condition {
      test     = "StringNotEquals"
      variable = "aws:RequestedRegion"
      values   = sort(var.regions)
    }
  }

  # On a cluster the function writes its own tags and no others, so its role could mark none for deletion.
  statement {
    sid       = "NoteTheDeletionOnMarkedClusters"
    actions   = ["rds:AddTagsToResource"]
    resources = ["${local.prefix}:cluster:*"]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "aws:TagKeys"
      values   = ["nightshift:*"]
    }

    # Without this a request that names no key at all would pass the one above.
    condition {
      test     = "Null"
      variable = "aws:TagKeys"
      values   = ["false"]
    }

    dynamic "condition" {
      for_each = local.marks

      content {
        test     = condition.value.test
        variable = "aws:ResourceTag/${condition.key}"
        values   = [condition.value.value]
      }
    }
  }

  # A cluster that lost its marks may still carry what its owner was told. That is written over, or it would be good again
  # when the marks come back. Nothing else can be written there.
  statement {
    sid       = "ForgetWhatWasTold"
    actions   = ["rds:AddTagsToResource"]
    resources = ["${local.prefix}:cluster:*"]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["nightshift:delete-of", "nightshift:notified"]
    }

    condition {
      test     = "Null"
      variable = "aws:TagKeys"
      values   = ["false"]
    }

    condition {
      test     = "Null"
      variable = "aws:ResourceTag/nightshift:notified"
      values   = ["false"]
    }
  }

  # And, where that is switched on, prepare them: lift their protection, start them.
  statement {
    sid       = "DeleteMarkedClusters"
    actions   = concat(["rds:CreateDBClusterSnapshot", "rds:DeleteDBCluster"], local.switched_on)
    resources = ["${local.prefix}:cluster:*"]

    dynamic "condition" {
      for_each = local.marks

      content {
        test     = condition.value.test
        variable = "aws:ResourceTag/${condition.key}"
        values   = [condition.value.value]
      }
    }
  }

  # The snapshot does not exist yet when AWS asks, so there is no tag to look at: its name is what is known.
  statement {
    sid = "TakeTheFinalSnapshotAndSayHowLongItIsKept"
    actions = [
      "rds:AddTagsToResource",
      "rds:CreateDBClusterSnapshot",
      "rds:DeleteDBCluster",
      "rds:RemoveTagsFromResource",
    ]
    resources = [local.own_snapshots]
  }

  # Only what was given a date to go. What has none is never the function's to delete.
  statement {
    sid       = "DeleteOldSnapshots"
    actions   = ["rds:DeleteDBClusterSnapshot"]
    resources = [local.own_snapshots]

    condition {
      test     = "Null"
      variable = "aws:ResourceTag/nightshift:purge-after"
      values   = ["false"]
    }
  }

  # Members do not inherit the tags of their cluster: the engine is what they surely have in common, and keeps the role
  # from instances that are no part of Aurora. IfExists, because AWS does not promise to tell the engine of a deletion.
  statement {
    sid       = "DeleteMembers"
    actions   = ["rds:DeleteDBInstance"]
    resources = ["${local.prefix}:db:*"]

    condition {
      test     = "StringEqualsIfExists"
      variable = "rds:DatabaseEngine"
      values   = ["aurora-mysql", "aurora-postgresql"]
    }

    dynamic "condition" {
      for_each = var.members_are_marked ? var.policy.required_tags : {}

      content {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }

  # AWS lists the groups of a cluster among what a change of it needs; without the cluster itself they give nothing.
  dynamic "statement" {
    for_each = contains(local.switched_on, "rds:ModifyDBCluster") ? [local.groups] : []

    content {
      sid       = "LeaveTheGroupsOfAClusterAsTheyAre"
      actions   = ["rds:ModifyDBCluster"]
      resources = statement.value
    }
  }
}
