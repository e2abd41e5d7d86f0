# What the role of org-inventory may do: it reads an organisation, all of it and so without a narrower resource, and writes to two
# places that are its own.

data "aws_iam_policy_document" "read" {
  #checkov:skip=CKV_AWS_356:What reads a whole organisation has no narrower resource to name, and shows no secret.
  statement {
    sid = "ReadTheOrganisation"
    actions = [
      "organizations:DescribeEffectivePolicy",
      "organizations:DescribeOrganization",
      "organizations:DescribeOrganizationalUnit",
      "organizations:DescribePolicy",
      "organizations:DescribeResourcePolicy",
      "organizations:ListAWSServiceAccessForOrganization",
      "organizations:ListAccounts",
      "organizations:ListAccountsForParent",
      "organizations:ListAccountsWithInvalidEffectivePolicy",
      "organizations:ListCreateAccountStatus",
      "organizations:ListDelegatedAdministrators",
      "organizations:ListDelegatedServicesForAccount",
      "organizations:ListHandshakesForOrganization",
      "organizations:ListOrganizationalUnitsForParent",
      "organizations:ListParents",
      "organizations:ListPolicies",
      "organizations:ListPoliciesForTarget",
      "organizations:ListRoots",
      "organizations:ListTagsForResource",
      "organizations:ListTargetsForPolicy",
    ]
    resources = ["*"]
  }

  # The short way to tags, in the management account.
  statement {
    sid       = "ReadTagsOfTheOrganisationAtOnce"
    actions   = ["tag:GetResources"]
    resources = ["*"]
  }

  statement {
    sid       = "ReadAndKeepSnapshots"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${var.bucket_arn}/${var.prefix}*"]
  }

  # Without it, S3 refuses a key that is not there, and a first run could not be told from a missing right. Whether S3 gives a prefix with that
  # question is said nowhere; a list below another prefix is refused either way.
  statement {
    sid       = "KnowWhetherThereIsOne"
    actions   = ["s3:ListBucket"]
    resources = [var.bucket_arn]

    condition {
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = ["", "${var.prefix}*"]
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "UseTheKeyOfSnapshots"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = [var.bucket_arn, "${var.bucket_arn}/${var.prefix}*"]
      }
    }
  }

  dynamic "statement" {
    for_each = var.writes ? [var.table_arn] : []

    content {
      sid       = "ReadTheTableOfAccounts"
      actions   = ["dynamodb:BatchGetItem", "dynamodb:Scan"]
      resources = [statement.value]
    }
  }
}

data "aws_iam_policy_document" "apply" {
  statement {
    sid       = "WriteTheTableOfAccounts"
    actions   = ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem"]
    resources = var.writes ? [var.table_arn] : []
  }
}
