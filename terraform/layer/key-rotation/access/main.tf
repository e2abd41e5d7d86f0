# What the role of key-rotation may do in one account: the calls the function makes, each on the narrowest resource and
# condition that works. In plan mode it may only read, and no secret's value. No call is made to know it, so that a role in
# another account, which is given the same documents, can be held to that account's users and secrets.

locals {
  users         = "arn:${var.account.partition}:iam::${var.account.id}:user"
  secret_region = coalesce(var.policy.secret_region, var.account.region)

  secrets = join(":", [
    "arn",
    var.account.partition,
    "secretsmanager",
    local.secret_region,
    var.account.id,
    "secret",
    "${var.policy.secret_prefix}*",
  ])

  # A pattern over names or paths, as users' ARNs have them. IAM knows nothing of groups here.
  user_patterns = toset(concat(var.policy.exclude, coalesce(var.policy.include, [])))

  arns_of = {
    for pattern in local.user_patterns : pattern => (
      startswith(pattern, "path:")
      ? ["${local.users}${trimprefix(pattern, "path:")}"]
      : ["${local.users}/${pattern}", "${local.users}/*/${pattern}"]
    ) if !can(regex("^(group|tag):", pattern))
  }

  # Whose keys may be made and deleted. Where somebody is included by group or tag, that is for the function to see.
  everybody = var.policy.include == null || anytrue([
    for pattern in coalesce(var.policy.include, []) : !contains(keys(local.arns_of), pattern)
  ])
  reach = local.everybody ? ["${local.users}/*"] : sort(flatten([for pattern in var.policy.include : local.arns_of[pattern]]))

  # A key that leaked has to be switched off whoever it belongs to. That gives nobody a new right, as a new key does.
  switched = var.leaked_keys ? ["${local.users}/*"] : local.reach
  never = concat(
    ["iam:CreateAccessKey", "iam:DeleteAccessKey"],
    var.leaked_keys ? [] : ["iam:UntagUser", "iam:UpdateAccessKey"],
  )

  # People hear of AWS's quarantine whoever it is about, once: what remembers it is one tag, which changes no right of anybody.
  told_of_quarantine = "nightshift:told:quarantined"

  excluded = sort(flatten([
    for pattern in var.policy.exclude : local.arns_of[pattern] if contains(keys(local.arns_of), pattern)
  ]))
  excluded_tags = [
    for pattern in var.policy.exclude : regex("^tag:(?P<key>[^=]+)=(?P<value>.*)$", pattern) if startswith(pattern, "tag:")
  ]
}

data "aws_iam_policy_document" "read" {
  #checkov:skip=CKV_AWS_356:GetAccessKeyLastUsed is asked by a key's id, which a leak may name of nobody here; it reads a date and a user's name.
  # The one is asked by a key's id and the other lists an account, so neither is about a user.
  statement {
    sid       = "ListUsersAndWhenTheirKeysWereUsed"
    actions   = ["iam:GetAccessKeyLastUsed", "iam:GetAccountAuthorizationDetails"]
    resources = ["*"]
  }

  statement {
    sid       = "ListTheirKeys"
    actions   = ["iam:ListAccessKeys"]
    resources = ["${local.users}/*"]
  }

  statement {
    sid       = "SeeWhichKeysAreStored"
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"]
    resources = [local.secrets]
  }
}

data "aws_iam_policy_document" "apply" {
  statement {
    sid       = "LookAgainBeforeTheFirstWrite"
    actions   = ["iam:GetUser"]
    resources = ["${local.users}/*"]
  }

  # Whoever may make a key for a user is that user.
  statement {
    sid       = "MakeAndDeleteKeys"
    actions   = ["iam:CreateAccessKey", "iam:DeleteAccessKey"]
    resources = local.reach
  }

  statement {
    sid       = "SwitchKeysOff"
    actions   = ["iam:UpdateAccessKey"]
    resources = local.switched
  }

  # The function's own tags, and the description of a key, whose name is the key's id.
  statement {
    sid       = "NoteWhatWasDone"
    actions   = ["iam:TagUser", "iam:UntagUser"]
    resources = local.switched

    condition {
      test     = "ForAllValues:StringLike"
      variable = "aws:TagKeys"
      values   = ["AKIA*", "nightshift:*"]
    }

    # Without this a request that names no key at all would pass the one above.
    condition {
      test     = "Null"
      variable = "aws:TagKeys"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = var.leaked_keys ? [] : [local.told_of_quarantine]

    content {
      sid       = "NoteWhoHeardOfAQuarantine"
      actions   = ["iam:TagUser"]
      resources = ["${local.users}/*"]

      condition {
        test     = "ForAllValues:StringEquals"
        variable = "aws:TagKeys"
        values   = [statement.value]
      }

      condition {
        test     = "Null"
        variable = "aws:TagKeys"
        values   = ["false"]
      }
    }
  }

  dynamic "statement" {
    for_each = var.leaked_keys || length(local.excluded) == 0 ? [] : [local.excluded]

    content {
      sid       = "NeverNoteMoreOnExcludedUsers"
      effect    = "Deny"
      actions   = ["iam:TagUser"]
      resources = statement.value

      condition {
        test     = "ForAnyValue:StringNotEquals"
        variable = "aws:TagKeys"
        values   = [local.told_of_quarantine]
      }
    }
  }

  dynamic "statement" {
    for_each = var.leaked_keys ? [] : local.excluded_tags

    content {
      sid       = "NeverNoteMoreOnUsersWithTag${statement.key}"
      effect    = "Deny"
      actions   = ["iam:TagUser"]
      resources = ["${local.users}/*"]

      condition {
        test     = "StringLike"
        variable = "aws:ResourceTag/${statement.value.key}"
        values   = [statement.value.value]
      }

      condition {
        test     = "ForAnyValue:StringNotEquals"
        variable = "aws:TagKeys"
        values   = [local.told_of_quarantine]
      }
    }
  }

  dynamic "statement" {
    for_each = length(local.excluded) == 0 ? [] : [local.excluded]

    content {
      sid       = "NeverForExcludedUsers"
      effect    = "Deny"
      actions   = local.never
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = local.excluded_tags

    content {
      sid       = "NeverForUsersWithTag${statement.key}"
      effect    = "Deny"
      actions   = local.never
      resources = ["${local.users}/*"]

      condition {
        test     = "StringLike"
        variable = "aws:ResourceTag/${statement.value.key}"
        values   = [statement.value.value]
      }
    }
  }

  statement {
    sid       = "MakeMarkedSecrets"
    actions   = ["secretsmanager:CreateSecret", "secretsmanager:TagResource"]
    resources = [local.secrets]

    condition {
      test     = "Null"
      variable = "aws:RequestTag/nightshift:user-id"
      values   = ["false"]
    }

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["nightshift:user-id"]
    }
  }

  # A secret that somebody else made is out of reach, whatever its name is.
  statement {
    sid = "WriteMarkedSecrets"
    actions = [
      "secretsmanager:GetResourcePolicy",
      "secretsmanager:PutResourcePolicy",
      "secretsmanager:PutSecretValue",
      "secretsmanager:RestoreSecret",
    ]
    resources = [local.secrets]

    condition {
      test     = "Null"
      variable = "aws:ResourceTag/nightshift:user-id"
      values   = ["false"]
    }
  }

  # The two labels the function moves, and no other. That AWSPENDING is taken off a version and never put on one is the
  # function's doing: IAM sees no difference.
  statement {
    sid       = "HandNewKeysOut"
    actions   = ["secretsmanager:UpdateSecretVersionStage"]
    resources = [local.secrets]

    condition {
      test     = "Null"
      variable = "aws:ResourceTag/nightshift:user-id"
      values   = ["false"]
    }

    condition {
      test     = "StringEquals"
      variable = "secretsmanager:VersionStage"
      values   = ["AWSCURRENT", "AWSPENDING"]
    }
  }

  statement {
    sid       = "ReadOnlyWhatIsNotProvenYet"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [local.secrets]

    condition {
      test     = "StringEquals"
      variable = "secretsmanager:VersionStage"
      values   = ["AWSPENDING"]
    }
  }

  dynamic "statement" {
    for_each = length(var.policy.secret_replica_regions) == 0 ? [] : [sort(var.policy.secret_replica_regions)]

    content {
      sid       = "CopyNewSecrets"
      actions   = ["secretsmanager:ReplicateSecretToRegions"]
      resources = [local.secrets]

      condition {
        test     = "ForAllValues:StringEquals"
        variable = "secretsmanager:AddReplicaRegions"
        values   = statement.value
      }
    }
  }

  dynamic "statement" {
    for_each = compact([var.policy.secret_kms_key_arn])

    content {
      sid       = "EncryptSecrets"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = ["secretsmanager.${local.secret_region}.${var.account.dns_suffix}"]
      }
    }
  }
}
