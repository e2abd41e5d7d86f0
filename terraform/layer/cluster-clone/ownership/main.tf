# What a developer may do to clusters of their own and to nobody else's: IAM compares the owner tag of the cluster with a tag of the
# session or user. With IAM Identity Center that tag comes from an attribute for access control; an IAM user has it as a tag.

locals {
  clusters = "arn:${var.account.partition}:rds:*:${var.account.id}:cluster:*"
  mine     = "$${aws:PrincipalTag/${var.principal_tag}}"
}

data "aws_iam_policy_document" "this" {
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

  statement {
    sid       = "NeverTakeTagsOffACluster"
    effect    = "Deny"
    actions   = ["rds:RemoveTagsFromResource"]
    resources = [local.clusters]
  }
}
