# What anonymising takes besides, where there is a quarantine: the rules, the logins to raw copies, the key of a run, and taking members
# back. Without a quarantine there is none of it.

locals {
  secrets = "arn:${var.account.partition}:secretsmanager:*:${var.account.id}:secret"
  rules   = try(var.policy.quarantine.rules, "")

  # {source} stands for the name of any source.
  rules_by_any_name = replace(local.rules, "{source}", "*")
  rules_object      = startswith(local.rules, "s3://") ? "arn:${var.account.partition}:s3:::${trimprefix(local.rules_by_any_name, "s3://")}" : null
  rules_secret      = startswith(local.rules, "secret:") ? "${local.secrets}:${trimprefix(local.rules_by_any_name, "secret:")}-??????" : null
}

data "aws_iam_policy_document" "rules" {
  count = local.rules_object == null && local.rules_secret == null ? 0 : 1

  statement {
    sid       = "ReadTheRules"
    actions   = [local.rules_object == null ? "secretsmanager:GetSecretValue" : "s3:GetObject"]
    resources = [coalesce(local.rules_object, local.rules_secret)]
  }
}

data "aws_iam_policy_document" "keys" {
  count = var.policy.quarantine == null ? 0 : 1

  # Secrets Manager lists an account, not a name: the Region is all that can be narrowed.
  statement {
    sid       = "SeeWhichKeysOfRunsAreLeft"
    actions   = ["secretsmanager:ListSecrets"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = var.regions
    }
  }
}

data "aws_iam_policy_document" "quarantine" {
  count = var.policy.quarantine == null ? 0 : 1

  # RDS says in the tags of a secret that it manages whose password is in it: of raw copies alone.
  statement {
    sid       = "LogInToRawCopies"
    actions   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    resources = ["${local.secrets}:rds!cluster-*"]

    condition {
      test     = "StringLike"
      variable = "aws:ResourceTag/aws:rds:primaryDBClusterArn"
      values   = ["${local.prefix}:cluster:*-raw"]
    }
  }

  statement {
    sid = "KeepTheKeyOfARunAndDestroyIt"

    actions = [
      "secretsmanager:CreateSecret",
      "secretsmanager:DeleteSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:TagResource",
    ]

    resources = ["${local.secrets}:nightshift/anonymise/*"]
  }

  statement {
    sid       = "SayThatARawCopyIsAnonymised"
    actions   = ["rds:AddTagsToResource"]
    resources = ["${local.prefix}:cluster:*-raw"]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["nightshift:anonymised", "nightshift:anonymised-at"]
    }

    condition {
      test     = "Null"
      variable = "aws:TagKeys"
      values   = ["false"]
    }

    condition {
      test     = "Null"
      variable = "aws:ResourceTag/nightshift:raw"
      values   = ["false"]
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

  # A member keeps the tags that it was made with. Those of other clones have neither of these two.
  dynamic "statement" {
    for_each = { TakeBackMembersOfRawCopies = "nightshift:raw", TakeBackMembersOfTheirClones = "nightshift:anonymised" }

    content {
      sid       = statement.key
      actions   = ["rds:DeleteDBInstance"]
      resources = ["${local.prefix}:db:*"]

      condition {
        test     = "Null"
        variable = "aws:ResourceTag/${statement.value}"
        values   = ["false"]
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
  }
}
