# What the function may do: the calls it makes, each on the narrowest resource and condition that works. In plan mode
# it may only read. Every action here is one the function was seen to make, or stands in docs/permissions.md with the
# call that AWS needs it for; `cargo xtask test` holds the three together.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  applies = var.mode == "apply"

  rds_prefixes = [
    for region in local.regions :
    "arn:${data.aws_partition.current.partition}:rds:${region}:${data.aws_caller_identity.current.account_id}"
  ]

  clusters      = [for prefix in local.rds_prefixes : "${prefix}:cluster:*"]
  members       = [for prefix in local.rds_prefixes : "${prefix}:db:*"]
  groups        = flatten([for prefix in local.rds_prefixes : ["${prefix}:cluster-pg:*", "${prefix}:og:*"]])
  own_snapshots = [for prefix in local.rds_prefixes : "${prefix}:cluster-snapshot:nightshift-*"]

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

module "run_access" {
  source = "../../aws/run-access"

  applies       = local.applies
  job           = local.job
  notices       = var.notices
  report_bucket = var.report_bucket
}

data "aws_iam_policy_document" "job" {
  source_policy_documents = concat(
    [data.aws_iam_policy_document.read.json],
    local.applies ? [data.aws_iam_policy_document.apply.json] : [],
    module.run_access.policies,
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
      values   = local.regions
    }
  }
}

data "aws_iam_policy_document" "apply" {
  # On a cluster the function writes its own tags and no others, so its role could mark none for deletion.
  statement {
    sid       = "NoteTheDeletionOnMarkedClusters"
    actions   = ["rds:AddTagsToResource"]
    resources = local.clusters

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
    resources = local.clusters

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

  statement {
    sid       = "DeleteMarkedClusters"
    actions   = ["rds:CreateDBClusterSnapshot", "rds:DeleteDBCluster"]
    resources = local.clusters

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
    sid       = "TakeTheFinalSnapshot"
    actions   = ["rds:CreateDBClusterSnapshot", "rds:DeleteDBCluster"]
    resources = local.own_snapshots
  }

  statement {
    sid       = "SayHowLongASnapshotIsKept"
    actions   = ["rds:AddTagsToResource", "rds:RemoveTagsFromResource"]
    resources = local.own_snapshots
  }

  # Only what was given a date to go. What has none is never the function's to delete.
  statement {
    sid       = "DeleteOldSnapshots"
    actions   = ["rds:DeleteDBClusterSnapshot"]
    resources = local.own_snapshots

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
    resources = local.members

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

  dynamic "statement" {
    for_each = length(local.switched_on) == 0 ? [] : [local.switched_on]

    content {
      sid       = "PrepareMarkedClusters"
      actions   = statement.value
      resources = local.clusters

      dynamic "condition" {
        for_each = local.marks

        content {
          test     = condition.value.test
          variable = "aws:ResourceTag/${condition.key}"
          values   = [condition.value.value]
        }
      }
    }
  }
}
