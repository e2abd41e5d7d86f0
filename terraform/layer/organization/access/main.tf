# What each part of a run through an organisation may do: read the organisation, become the member roles of its own job and mode, and its own
# keys in the run's bucket. No call is made to know it.

locals {
  objects = "${var.bucket_arn}/fleet/${var.job}/*"
  states  = "arn:${var.account.partition}:states:${var.account.region}:${var.account.id}"

  # What each part puts into the bucket, below the name of an execution.
  written = {
    list   = ["items.json", "choice.json"]
    plan   = ["plan/*"]
    apply  = ["canary/*", "rest/*", "spent/*"]
    judge  = ["verdict.json", "verdict-canary.json", "canary-items.json", "rest-items.json"]
    report = ["report.json", "report.html"]
  }

  # What each part reads there: no more than it opens. A worker is handed all it needs, and reads back what it put there itself, where it writes
  # over it.
  read = {
    list  = ["choice.json", "report.json"]
    plan  = ["plan/*"]
    apply = ["canary/*", "rest/*", "spent/*"]
    judge = ["canary-items.json", "choice.json", "items.json", "results/*", "verdict.json"]
    report = concat(
      ["canary-items.json", "choice.json", "items.json", "plan/*", "report.json", "rest-items.json", "results/*", "verdict.json", "verdict-canary.json"],
      var.applies ? ["canary/*", "rest/*", "spent/*"] : [],
    )
  }

  # Who looks for what may not be there, and for what there is: an earlier run of the same name, the maps that were begun.
  looks = ["list", "report"]
  parts = var.applies ? keys(local.written) : setsubtract(keys(local.written), ["apply"])

  # Whom a worker becomes in an account of the organisation: the role of its own job and mode, by its whole name.
  becomes = merge({ plan = "read" }, var.applies ? { apply = "apply" } : {})
}

data "aws_iam_policy_document" "organisation" {
  #checkov:skip=CKV_AWS_356:What reads a whole organisation has no narrower resource to name, and shows no secret.
  statement {
    sid = "ReadTheOrganisation"
    actions = [
      "organizations:DescribeOrganization",
      "organizations:DescribeOrganizationalUnit",
      "organizations:ListAccounts",
      "organizations:ListAccountsForParent",
      "organizations:ListOrganizationalUnitsForParent",
      "organizations:ListParents",
      "organizations:ListRoots",
      "organizations:ListTagsForResource",
      "tag:GetResources",
    ]
    resources = ["*"]
  }

  # Of two runs the one that began later gives way.
  statement {
    sid       = "SeeWhetherAnotherRunGoesOn"
    actions   = ["states:ListExecutions"]
    resources = ["${local.states}:stateMachine:${var.machine_name}"]
  }
}

data "aws_iam_policy_document" "member" {
  for_each = local.becomes

  statement {
    sid       = "BecomeTheRoleOfItsJobAndMode"
    actions   = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    resources = ["arn:${var.account.partition}:iam::*:role/${var.roles[each.value]}"]

    # A role of that name outside could be anybody's, who would be handed what a run says.
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceOrgID"
      values   = [var.organization_id]
    }
  }
}

data "aws_iam_policy_document" "bucket" {
  for_each = toset(local.parts)

  statement {
    sid       = "KeepItsPartOfTheRecord"
    actions   = ["s3:PutObject"]
    resources = [for key in local.written[each.key] : "${local.objects}/${key}"]
  }

  # What is there is written over only where it is known, and S3 asks for reading on such a condition.
  statement {
    sid       = "ReadTheRecord"
    actions   = ["s3:GetObject"]
    resources = [for key in local.read[each.key] : "${local.objects}/${key}"]
  }

  # A star goes over slashes: without this, a worker would answer for other accounts, and for maps that never ran.
  dynamic "statement" {
    for_each = contains(keys(local.becomes), each.key) ? ["${local.objects}/results/*"] : []

    content {
      sid       = "NeverWhatMapsLeave"
      effect    = "Deny"
      actions   = ["s3:PutObject"]
      resources = [statement.value]
    }
  }

  # Without it, S3 refuses a key that is not there, and what is missing could not be told from what may not be read. Whether S3 gives a prefix with
  # that question is said nowhere; a list below another prefix is refused either way.
  dynamic "statement" {
    for_each = contains(local.looks, each.key) ? [var.bucket_arn] : []

    content {
      sid       = "KnowWhatIsThere"
      actions   = ["s3:ListBucket"]
      resources = [statement.value]

      condition {
        test     = "StringLikeIfExists"
        variable = "s3:prefix"
        values   = ["fleet/${var.job}/*"]
      }
    }
  }

  dynamic "statement" {
    for_each = compact([var.kms_key_arn])

    content {
      sid       = "UseTheKeyOfTheRecord"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = [var.bucket_arn, local.objects]
      }
    }
  }
}

# What the machine itself does: it calls the parts, reads the lists of items and writes the results of its maps.
data "aws_iam_policy_document" "machine" {
  statement {
    sid       = "CallTheParts"
    actions   = ["lambda:InvokeFunction"]
    resources = [for part in sort(local.parts) : var.function_arns[part]]
  }

  statement {
    sid       = "ReadTheListsOfItems"
    actions   = ["s3:GetObject"]
    resources = ["${local.objects}/canary-items.json", "${local.objects}/items.json", "${local.objects}/rest-items.json"]
  }

  # AWS names these four for a ResultWriter: it reads what it wrote to put its files together.
  statement {
    sid       = "WriteTheResultsOfMaps"
    actions   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
    resources = ["${local.objects}/results/*"]
  }

  dynamic "statement" {
    for_each = compact([var.kms_key_arn])

    content {
      sid       = "UseTheKeyOfTheRecord"
      actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
      resources = [statement.value]

      condition {
        test     = "StringLike"
        variable = "kms:EncryptionContext:aws:s3:arn"
        values   = [var.bucket_arn, local.objects]
      }
    }
  }
}
