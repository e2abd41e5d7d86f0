# What the role of cluster-clone may do in one account: the calls the function makes, each on the narrowest resource and condition
# that works. In plan mode it may only read. No call is made to know it, so that a role in another account, which is given the
# same documents, can be held to that account's Regions and names.

locals {
  prefix = "arn:${var.account.partition}:rds:*:${var.account.id}"

  # What a cluster in the making carries, by the same values as the function gives it.
  marks = merge(var.policy.required_tags, { "nightshift:clone" = "creating" })
}

data "aws_iam_policy_document" "read" {
  # RDS lists an account, not a cluster: the Region is all that can be narrowed.
  statement {
    sid       = "ReadClustersAndTheirMembers"
    actions   = ["rds:DescribeDBClusters", "rds:DescribeDBInstances"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = var.regions
    }
  }

  # Nobody but IAM Identity Center can make a role there.
  statement {
    sid       = "KnowTheRolesOfIdentityCenter"
    actions   = ["iam:GetRole"]
    resources = ["arn:${var.account.partition}:iam::${var.account.id}:role/aws-reserved/sso.amazonaws.com/*"]
  }
}

data "aws_iam_policy_document" "apply" {
  source_policy_documents = [data.aws_iam_policy_document.protected.json]

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

  # What is made is marked in the call that makes it: as a clone in the making, as one that may be deleted, and with its end.
  statement {
    sid     = "MakeClonesThatAreMarkedFromTheirFirstMoment"
    actions = ["rds:AddTagsToResource", "rds:CreateDBInstance", "rds:RestoreDBClusterToPointInTime"]
    resources = [
      "${local.prefix}:cluster-pg:*",
      "${local.prefix}:cluster:*",
      "${local.prefix}:db:*",
      "${local.prefix}:og:*",
      "${local.prefix}:pg:*",
      "${local.prefix}:subgrp:*",
    ]

    dynamic "condition" {
      for_each = local.marks

      content {
        test     = "StringEquals"
        variable = "aws:RequestTag/${condition.key}"
        values   = [condition.value]
      }
    }

    condition {
      test     = "Null"
      variable = "aws:RequestTag/${var.policy.tag_key}"
      values   = ["false"]
    }
  }

  statement {
    sid       = "ChangeAndTakeBackWhatIsInTheMaking"
    actions   = ["rds:DeleteDBCluster", "rds:ModifyDBCluster"]
    resources = ["${local.prefix}:cluster:*"]

    dynamic "condition" {
      for_each = local.marks

      content {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }

  # AWS lists the groups of a cluster among what a change of it needs; without the cluster itself they give nothing.
  statement {
    sid       = "LeaveTheGroupsOfAClusterAsTheyAre"
    actions   = ["rds:ModifyDBCluster"]
    resources = ["${local.prefix}:cluster-pg:*", "${local.prefix}:og:*"]
  }

  statement {
    sid       = "HandOver"
    actions   = ["rds:AddTagsToResource"]
    resources = ["${local.prefix}:cluster:*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/nightshift:clone"
      values   = ["ready"]
    }

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["nightshift:clone", "nightshift:clone-untold"]
    }

    dynamic "condition" {
      for_each = local.marks

      content {
        test     = "StringEquals"
        variable = "aws:ResourceTag/${condition.key}"
        values   = [condition.value]
      }
    }
  }

  # What an owner was told is remembered on a clone of theirs, by these two tags and no other.
  dynamic "statement" {
    for_each = {
      RememberWhoWasTold   = { action = "rds:AddTagsToResource", key = "nightshift:asked", states = ["creating", "ready"] }
      ForgetWhatWasNotTold = { action = "rds:RemoveTagsFromResource", key = "nightshift:clone-untold", states = ["ready"] }
    }

    content {
      sid       = statement.key
      actions   = [statement.value.action]
      resources = ["${local.prefix}:cluster:*"]

      condition {
        test     = "ForAllValues:StringEquals"
        variable = "aws:TagKeys"
        values   = [statement.value.key]
      }

      condition {
        test     = "Null"
        variable = "aws:TagKeys"
        values   = ["false"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:ResourceTag/nightshift:clone"
        values   = statement.value.states
      }

      dynamic "condition" {
        for_each = var.policy.required_tags

        content {
          test     = "StringEquals"
          variable = "aws:ResourceTag/${condition.key}"
          values   = [condition.value]
        }
      }
    }
  }

  # RDS makes the secret of the password in the caller's name, and looks at the key it is encrypted with.
  statement {
    sid       = "LetRdsKeepThePassword"
    actions   = ["secretsmanager:CreateSecret", "secretsmanager:TagResource"]
    resources = ["arn:${var.account.partition}:secretsmanager:*:${var.account.id}:secret:rds!cluster-*"]
  }

  statement {
    sid       = "LetRdsLookAtItsKey"
    actions   = ["kms:DescribeKey"]
    resources = ["arn:${var.account.partition}:kms:*:${var.account.id}:key/*"]

    condition {
      test     = "StringLike"
      variable = "kms:ViaService"
      values   = ["rds.*.${var.account.dns_suffix}", "secretsmanager.*.${var.account.dns_suffix}"]
    }
  }

  dynamic "statement" {
    for_each = length(var.kms_key_arns) == 0 ? [] : [var.kms_key_arns]

    content {
      sid       = "UseTheKeysOfSources"
      actions   = ["kms:CreateGrant"]
      resources = sort(statement.value)

      condition {
        test     = "Bool"
        variable = "kms:GrantIsForAWSResource"
        values   = ["true"]
      }
    }
  }
}
