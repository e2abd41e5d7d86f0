# What a developer may do to clusters of their own and to nobody else's: IAM compares the owner tag of the cluster with a tag of the
# session or user. With IAM Identity Center that tag comes from an attribute for access control; an IAM user has it as a tag.

locals {
  prefix   = "arn:${var.account.partition}:rds:*:${var.account.id}"
  clusters = "${local.prefix}:cluster:*"
  mine     = "$${aws:PrincipalTag/${var.principal_tag}}"

  # The snapshots a deletion takes, by the names it gives them.
  own_snapshots = "${local.prefix}:cluster-snapshot:nightshift-*"

  # IAM compares values by case, so it is given the usual spellings.
  production = {
    for key, values in var.production : key => distinct(flatten([
      for value in values : [value, lower(value), upper(value), title(lower(value))]
    ]))
  }
}

# What each command looks at. RDS lists an account, not a cluster.
data "aws_iam_policy_document" "look" {
  #checkov:skip=CKV_AWS_356:What lists clusters has no resource to name, and shows nobody's data.
  statement {
    sid = "LookAtClustersAndWhatHoldsThem"
    actions = [
      "rds:DescribeAccountAttributes",
      "rds:DescribeBlueGreenDeployments",
      "rds:DescribeDBClusterSnapshots",
      "rds:DescribeDBClusters",
      "rds:DescribeDBInstances",
      "rds:DescribeIntegrations",
    ]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "extend" {
  statement {
    sid       = "GiveOnesOwnClustersMoreTime"
    actions   = ["rds:AddTagsToResource"]
    resources = [local.clusters]

    condition {
      test     = "StringEquals"
      variable = "rds:cluster-tag/${var.owner_tag}"
      values   = [local.mine]
    }

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = sort([var.tag_key, "nightshift:delete-of", "nightshift:notified"])
    }

    condition {
      test     = "Null"
      variable = "aws:TagKeys"
      values   = ["false"]
    }
  }
}

data "aws_iam_policy_document" "delete" {
  # A clone that was handed over: what it was made of has what was cloned. A stopped one is started first.
  statement {
    sid       = "DeleteOnesOwnClones"
    actions   = ["rds:CreateDBClusterSnapshot", "rds:DeleteDBCluster", "rds:StartDBCluster"]
    resources = [local.clusters]

    condition {
      test     = "StringEquals"
      variable = "rds:cluster-tag/${var.owner_tag}"
      values   = [local.mine]
    }

    condition {
      test     = "StringEquals"
      variable = "rds:cluster-tag/nightshift:clone"
      values   = ["ready"]
    }
  }

  # Members of a clone carry its tags.
  statement {
    sid       = "DeleteTheirMembers"
    actions   = ["rds:DeleteDBInstance"]
    resources = ["${local.prefix}:db:*"]

    condition {
      test     = "StringEquals"
      variable = "rds:db-tag/${var.owner_tag}"
      values   = [local.mine]
    }

    condition {
      test     = "Null"
      variable = "rds:db-tag/nightshift:clone"
      values   = ["false"]
    }
  }

  # In one call: that it has expired, that its owner knows, that it was asked for, and how it is built again.
  statement {
    sid       = "NoteThatItWasAskedFor"
    actions   = ["rds:AddTagsToResource"]
    resources = [local.clusters]

    condition {
      test     = "StringEquals"
      variable = "rds:cluster-tag/${var.owner_tag}"
      values   = [local.mine]
    }

    condition {
      test     = "StringEquals"
      variable = "rds:cluster-tag/nightshift:clone"
      values   = ["ready"]
    }

    condition {
      test     = "ForAllValues:StringLike"
      variable = "aws:TagKeys"
      values = sort([
        var.tag_key,
        "nightshift:delete-of",
        "nightshift:delete-requested",
        "nightshift:notified",
        "nightshift:restore-*",
        "nightshift:started",
      ])
    }

    condition {
      test     = "Null"
      variable = "aws:TagKeys"
      values   = ["false"]
    }
  }

  statement {
    sid       = "TakeTheFinalSnapshot"
    actions   = ["rds:CreateDBClusterSnapshot", "rds:DeleteDBCluster"]
    resources = [local.own_snapshots]
  }

  # One that has an owner already is somebody's last copy, and how long that is kept is theirs to say.
  statement {
    sid       = "SayWhoseTheSnapshotIs"
    actions   = ["rds:AddTagsToResource"]
    resources = [local.own_snapshots]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${var.owner_tag}"
      values   = [local.mine]
    }

    condition {
      test     = "Null"
      variable = "rds:cluster-snapshot-tag/${var.owner_tag}"
      values   = ["true"]
    }
  }

  # One that inherited its tags says already whose it is.
  statement {
    sid       = "SayMoreOfOnesOwnSnapshot"
    actions   = ["rds:AddTagsToResource"]
    resources = [local.own_snapshots]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/${var.owner_tag}"
      values   = [local.mine]
    }

    condition {
      test     = "StringEquals"
      variable = "rds:cluster-snapshot-tag/${var.owner_tag}"
      values   = [local.mine]
    }
  }

  # What it inherited and must not keep, and that its owner does not know yet: without it the night would tell them again.
  statement {
    sid       = "TakeOurTagsOffOnesOwnSnapshot"
    actions   = ["rds:RemoveTagsFromResource"]
    resources = [local.own_snapshots]

    condition {
      test     = "StringEquals"
      variable = "rds:cluster-snapshot-tag/${var.owner_tag}"
      values   = [local.mine]
    }

    condition {
      test     = "ForAllValues:StringLike"
      variable = "aws:TagKeys"
      values   = sort([var.tag_key, "nightshift:*"])
    }

    condition {
      test     = "Null"
      variable = "aws:TagKeys"
      values   = ["false"]
    }
  }
}

# What nobody may, whatever else their roles say.
data "aws_iam_policy_document" "never" {
  # Whoever may change these tags has another's cluster, or no end.
  statement {
    sid       = "NeverTouchAnothers"
    effect    = "Deny"
    actions   = ["rds:AddTagsToResource", "rds:DeleteDBCluster", "rds:RemoveTagsFromResource"]
    resources = [local.clusters]

    condition {
      test     = "StringNotEquals"
      variable = "rds:cluster-tag/${var.owner_tag}"
      values   = [local.mine]
    }
  }

  # A name that is not there is compared with nothing.
  statement {
    sid       = "NeverWithoutAName"
    effect    = "Deny"
    actions   = ["rds:AddTagsToResource", "rds:DeleteDBCluster", "rds:RemoveTagsFromResource"]
    resources = [local.clusters]

    condition {
      test     = "Null"
      variable = "aws:PrincipalTag/${var.principal_tag}"
      values   = ["true"]
    }
  }

  dynamic "statement" {
    for_each = [for key in sort(keys(local.production)) : { key = key, values = local.production[key] }]

    content {
      sid       = "NeverProduction${statement.key}"
      effect    = "Deny"
      actions   = ["rds:AddTagsToResource", "rds:DeleteDBCluster", "rds:RemoveTagsFromResource"]
      resources = [local.clusters]

      condition {
        test     = "StringLike"
        variable = "rds:cluster-tag/${statement.value.key}"
        values   = statement.value.values
      }
    }
  }

  statement {
    sid       = "NeverTakeTagsOffACluster"
    effect    = "Deny"
    actions   = ["rds:RemoveTagsFromResource"]
    resources = [local.clusters]
  }
}

data "aws_iam_policy_document" "this" {
  source_policy_documents = [
    data.aws_iam_policy_document.look.json,
    data.aws_iam_policy_document.extend.json,
    data.aws_iam_policy_document.delete.json,
    data.aws_iam_policy_document.never.json,
  ]
}
