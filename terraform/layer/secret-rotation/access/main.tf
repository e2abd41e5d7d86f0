# What the role of secret-rotation may do in one account: the calls the function makes, each on the narrowest resource and condition
# that works. No call is made to know it, so that a role in another account can be given the same documents.

locals {
  prefix = "arn:${var.account.partition}:secretsmanager:${var.account.region}:${var.account.id}:secret"

  # By name or pattern; Secrets Manager ends a secret's ARN with a dash and six characters of its own, which * covers too.
  of_masters = sort([for name in var.secrets.masters : "${local.prefix}:${name}${endswith(name, "*") ? "" : "-??????"}"])
  of_users   = sort([for name in var.secrets.users : "${local.prefix}:${name}${endswith(name, "*") ? "" : "-??????"}"])

  writes          = ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]
  through_secrets = ["secretsmanager.${var.account.region}.${var.account.dns_suffix}"]
}

data "aws_iam_policy_document" "this" {
  # A secret that names another function as its own is none of this one's, whatever it is called.
  statement {
    sid = "RotateSecretsThatNameThisFunction"

    actions = concat(local.writes, [
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:ListSecretVersionIds",
    ])

    resources = local.of_users

    condition {
      test     = "StringEquals"
      variable = "secretsmanager:resource/AllowRotationLambdaArn"
      values   = [var.function_arn]
    }
  }

  dynamic "statement" {
    for_each = length(local.of_masters) == 0 ? [] : [local.of_masters]

    content {
      sid       = "LogInAsTheMaster"
      actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
      resources = statement.value
    }
  }

  # Where a pattern of users' secrets covers a master's, too.
  dynamic "statement" {
    for_each = length(local.of_masters) == 0 ? [] : [local.of_masters]

    content {
      sid       = "NeverWriteAMastersSecret"
      effect    = "Deny"
      actions   = local.writes
      resources = statement.value
    }
  }

  # For alternating users: which proxies log in by a secret, and whether a host is one of the server the master's secret belongs
  # to. RDS lists an account: the Region is all that can be narrowed.
  dynamic "statement" {
    for_each = length(local.of_masters) == 0 ? [] : [var.account.region]

    content {
      sid       = "KnowServersAndProxies"
      actions   = ["rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeDBProxies"]
      resources = ["*"]

      condition {
        test     = "StringEquals"
        variable = "aws:RequestedRegion"
        values   = [statement.value]
      }
    }
  }

  dynamic "statement" {
    for_each = length(var.kms_key_arns) == 0 ? [] : [sort(var.kms_key_arns)]

    content {
      sid       = "ReadAndWriteWhatIsEncrypted"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = local.through_secrets
      }
    }
  }
}
