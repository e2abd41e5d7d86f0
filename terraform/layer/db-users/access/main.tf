# What the role of db-users may do in one account: the calls the function makes, each on the narrowest resource and condition
# that works. The databases themselves are no matter of IAM: what the function may do there is what the master's secret says.
# No call is made to know it, so that a role in another account can be given the same documents.

locals {
  # One resource for all Regions, and the Regions as a condition: of many, IAM takes no more than 10240 characters.
  prefix = "arn:${var.account.partition}:secretsmanager:*:${var.account.id}:secret"

  # By name or pattern; Secrets Manager ends a secret's ARN with a dash and six characters of its own, which * covers too.
  of_masters = sort([for name in var.secrets.masters : "${local.prefix}:${name}${endswith(name, "*") ? "" : "-??????"}"])
  of_users   = sort([for name in var.secrets.users : "${local.prefix}:${name}${endswith(name, "*") ? "" : "-??????"}"])

  # AWS does not say whether it asks about a secret that is to be made with those six characters or without.
  to_be_made = sort(distinct(concat(local.of_users, [for name in var.secrets.users : "${local.prefix}:${name}"])))

  rotators = sort(distinct(concat(compact([var.rotation_function_arn]), var.rotation_function_arns)))

  writes = concat(
    [
      "secretsmanager:CancelRotateSecret",
      "secretsmanager:DeleteSecret",
      "secretsmanager:PutSecretValue",
      "secretsmanager:RestoreSecret",
      "secretsmanager:UpdateSecretVersionStage",
    ],
    # An event may name another key for a secret that is there.
    length(var.kms_key_arns) == 0 ? [] : ["secretsmanager:UpdateSecret"],
  )

  through_secrets = [for region in sort(var.regions) : "secretsmanager.${region}.${var.account.dns_suffix}"]
}

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "LogInAsTheMasterAndTryUsersPasswords"
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    resources = sort(distinct(concat(local.of_masters, local.of_users)))

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = sort(var.regions)
    }
  }

  dynamic "statement" {
    for_each = length(var.kms_key_arns) == 0 ? [] : [sort(var.kms_key_arns)]

    content {
      sid       = "DecryptThem"
      actions   = ["kms:Decrypt"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = local.through_secrets
      }
    }
  }

  # Whether a host is one of the server the master's secret belongs to. RDS lists an account: the Region is all that can be
  # narrowed.
  statement {
    sid       = "KnowTheServersOfASecret"
    actions   = ["rds:DescribeDBClusters", "rds:DescribeDBInstances"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = sort(var.regions)
    }
  }
}

data "aws_iam_policy_document" "apply" {
  # Once for all, and so that what is allowed below stays short.
  statement {
    sid       = "NeverInAnotherRegion"
    effect    = "Deny"
    actions   = ["secretsmanager:*"]
    resources = sort(distinct(concat(local.of_masters, local.of_users)))

    condition {
      test     = "StringNotEquals"
      variable = "aws:RequestedRegion"
      values   = sort(var.regions)
    }
  }

  statement {
    sid       = "MakeUsersSecrets"
    actions   = ["secretsmanager:CreateSecret", "secretsmanager:TagResource"]
    resources = local.to_be_made

    condition {
      test     = "Null"
      variable = "aws:RequestTag/nightshift:db-user"
      values   = ["false"]
    }

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["nightshift:db-user"]
    }
  }

  # The function that rotates a secret goes by this tag of it, and by no other.
  statement {
    sid       = "SayHowTheyAreRotated"
    actions   = ["secretsmanager:TagResource", "secretsmanager:UntagResource"]
    resources = local.of_users

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["nightshift:rotation-strategy"]
    }
  }

  # By name and not by mark: a secret that a pipeline made earlier is taken over if it names the very user.
  statement {
    sid       = "WriteUsersSecrets"
    actions   = local.writes
    resources = local.of_users
  }

  # Where a pattern of users' secrets covers a master's, too.
  statement {
    sid       = "NeverWriteAMastersSecret"
    effect    = "Deny"
    actions   = concat(local.writes, ["secretsmanager:PutResourcePolicy", "secretsmanager:RotateSecret", "secretsmanager:TagResource", "secretsmanager:UntagResource"])
    resources = local.of_masters
  }

  # What is deleted can be had back; a right without this condition would delete for good.
  statement {
    sid       = "NeverWithoutAWindow"
    effect    = "Deny"
    actions   = ["secretsmanager:DeleteSecret"]
    resources = ["*"]

    condition {
      test     = "Bool"
      variable = "secretsmanager:ForceDeleteWithoutRecovery"
      values   = ["true"]
    }
  }

  dynamic "statement" {
    for_each = length(local.rotators) == 0 ? [] : [local.rotators]

    content {
      sid       = "HaveThemRotated"
      actions   = ["secretsmanager:RotateSecret"]
      resources = local.of_users

      condition {
        test     = "StringEquals"
        variable = "secretsmanager:RotationLambdaARN"
        values   = statement.value
      }
    }
  }

  # Secrets Manager asks whether whoever sets a rotation may call the function that does it.
  dynamic "statement" {
    for_each = length(local.rotators) == 0 ? [] : [local.rotators]

    content {
      sid       = "CallWhatRotatesThem"
      actions   = ["lambda:InvokeFunction"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = length(var.kms_key_arns) == 0 ? [] : [sort(var.kms_key_arns)]

    content {
      sid       = "EncryptUsersSecrets"
      actions   = ["kms:GenerateDataKey"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = local.through_secrets
      }
    }
  }
}
