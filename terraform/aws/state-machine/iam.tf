# One role a machine. What its states call comes from the caller, as `policy`; what Step Functions itself needs is here.

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "StepFunctionsRunsTheMachine"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["states.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account.id]
    }

    # A Distributed Map runs its items as a machine below this one.
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [local.arn, "${local.arn}/*"]
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "What the state machine ${var.name} may do"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "work" {
  name   = "work"
  role   = aws_iam_role.this.id
  policy = var.policy

  lifecycle {
    precondition {
      condition     = sum([for policy in [var.policy, module.access.platform] : length(replace(policy, "/\\s/", ""))]) <= 10240
      error_message = "The policies of the role ${var.name} are longer than the 10240 characters IAM takes."
    }
  }
}

module "access" {
  source = "./access"

  account     = var.account
  distributes = var.distributes
  name        = var.name
}

resource "aws_iam_role_policy" "platform" {
  name   = "platform"
  role   = aws_iam_role.this.id
  policy = module.access.platform
}
