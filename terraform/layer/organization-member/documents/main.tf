# What the member roles of one job may do in one account, and who may assume them. The policies are those of the single-account layer: the
# modules access, unchanged. No call is made to know it, so it can be rendered for any account, or for all of them at once.

locals {
  name = "${var.project}-${var.environment}-${var.job}"
  path = "/${var.project}/"

  # What is left out is what the single-account layer has.
  policy  = var.job == "cluster-cleanup" ? module.told_cluster_cleanup[0].policy : module.told_key_rotation[0].policy
  unknown = setsubtract(keys(var.policy), var.job == "cluster-cleanup" ? module.told_cluster_cleanup[0].settings : module.told_key_rotation[0].settings)

  # Reading needs no right to change anything, whoever asks.
  kinds = merge({ read = false }, var.applies ? { apply = true } : {})

  policies = {
    for kind in keys(local.kinds) : kind => concat(
      [for document in try(module.cluster_cleanup[kind].policies, []) : document],
      [for document in try(module.key_rotation[kind].policies, []) : document],
    )
  }
}

module "told_cluster_cleanup" {
  source = "../../cluster-cleanup/told"
  count  = var.job == "cluster-cleanup" ? 1 : 0

  policy  = var.policy
  regions = var.regions
}

module "told_key_rotation" {
  source = "../../key-rotation/told"
  count  = var.job == "key-rotation" ? 1 : 0

  policy = var.policy
}

module "cluster_cleanup" {
  source   = "../../cluster-cleanup/access"
  for_each = var.job == "cluster-cleanup" ? local.kinds : {}

  account            = var.account
  applies            = each.value
  members_are_marked = var.members_are_marked
  policy             = local.policy
  regions            = sort(var.regions)
}

# A leaked key is for the function of the account itself, which hears of it at once: a nightly run switches off nobody's but those it rotates.
module "key_rotation" {
  source   = "../../key-rotation/access"
  for_each = var.job == "key-rotation" ? local.kinds : {}

  account     = var.account
  applies     = each.value
  leaked_keys = false
  policy      = local.policy
}

data "aws_iam_policy_document" "policy" {
  for_each = local.kinds

  source_policy_documents = local.policies[each.key]
}

data "aws_iam_policy_document" "trust" {
  for_each = local.kinds

  statement {
    sid     = "TheWorkerOfThisOrganisation"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [var.workers[each.key]]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = [var.organization_id]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }

    # No session without the name of the execution it is for: CloudTrail keeps it with every call.
    condition {
      test     = "StringLike"
      variable = "sts:SourceIdentity"
      values   = ["?*"]
    }
  }

  statement {
    sid     = "SayWhichExecutionItIs"
    actions = ["sts:SetSourceIdentity"]

    principals {
      type        = "AWS"
      identifiers = [var.workers[each.key]]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = [var.organization_id]
    }
  }
}
