# The role a pipeline deploys with: what the provider was seen to call (actions.json, which `cargo xtask deploy` keeps), on what is
# named as this project's; roles only within the boundary.

locals {
  actions = jsondecode(file("${path.module}/actions.json"))

  # Reading says what is there; most of it has no resource to name.
  reads  = [for action in local.actions.deployer : action if can(regex(":(Describe|Get|List)", action))]
  writes = [for action in local.actions.deployer : action if !can(regex(":(Describe|Get|List)", action))]

  roles    = "arn:${local.partition}:iam::${var.account_id}:role/${var.project}-*"
  of_roles = [for action in local.writes : action if startswith(action, "iam:")]
  # These give a role its rights, and ask which boundary it has.
  bound = [for action in local.of_roles : action if contains(["iam:CreateRole", "iam:PutRolePolicy"], action)]

  named = [
    "cloudwatch:*:${var.account_id}:alarm:${var.project}-*",
    "cloudwatch::${var.account_id}:dashboard/${var.project}-*",
    "events:*:${var.account_id}:rule/${var.project}-*",
    "lambda:*:${var.account_id}:function:${var.project}-*",
    "logs:*:${var.account_id}:log-group:/aws/lambda/${var.project}-*",
    "scheduler:*:${var.account_id}:schedule-group/${var.project}-*",
    "scheduler:*:${var.account_id}:schedule/${var.project}-*/*",
    "ses:*:${var.account_id}:identity/*",
    "sns:*:${var.account_id}:${var.project}-*",
    "sqs:*:${var.account_id}:${var.project}-*",
  ]

  partition = data.aws_partition.current.partition
  provider  = var.oidc.create_provider ? aws_iam_openid_connect_provider.this[0].arn : "arn:${local.partition}:iam::${var.account_id}:oidc-provider/${var.oidc.issuer}"
}

data "aws_partition" "current" {}

resource "aws_iam_openid_connect_provider" "this" {
  count = var.oidc.create_provider ? 1 : 0

  client_id_list = ["sts.amazonaws.com"]
  url            = "https://${var.oidc.issuer}"
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "ThisRepositorysPipelines"
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider]
    }

    condition {
      test     = "StringEquals"
      variable = "${var.oidc.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringLike"
      variable = "${var.oidc.issuer}:sub"
      values   = var.oidc.subjects
    }
  }
}

data "aws_iam_policy_document" "deployer" {
  #checkov:skip=CKV_AWS_356:What reads has mostly no resource to name, and reads no secret: none of it is a secret's value.
  statement {
    sid       = "SeeWhatIsThere"
    actions   = local.reads
    resources = ["*"]
  }

  statement {
    sid       = "MakeWhatIsNamedAsOurs"
    actions   = [for action in local.writes : action if !startswith(action, "iam:")]
    resources = [for name in local.named : "arn:${local.partition}:${name}"]
  }

  statement {
    sid       = "MakeRolesWithinTheBoundary"
    actions   = local.bound
    resources = [local.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = ["arn:${local.partition}:iam::${var.account_id}:policy/${var.project}-boundary"]
    }
  }

  statement {
    sid       = "KeepThem"
    actions   = setsubtract(local.of_roles, local.bound)
    resources = [local.roles]
  }

  statement {
    sid       = "HandThemToWhatRunsUnderThem"
    actions   = ["iam:PassRole"]
    resources = [local.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["events.amazonaws.com", "lambda.amazonaws.com", "scheduler.amazonaws.com"]
    }
  }

  statement {
    sid       = "KeepTheState"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["arn:${local.partition}:s3:::${var.state_bucket}/*"]
  }

  statement {
    sid       = "FindTheState"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${local.partition}:s3:::${var.state_bucket}"]
  }
}

resource "aws_iam_role" "deployer" {
  name                 = "${var.project}-deployer"
  description          = "Deploys ${var.project}, from its pipeline"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "deployer" {
  name   = "deploy"
  role   = aws_iam_role.deployer.id
  policy = data.aws_iam_policy_document.deployer.json

  lifecycle {
    # A deployer that could change itself, or its own boundary, would be bound by nothing.
    precondition {
      condition     = length(setintersection(local.writes, ["iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary", "iam:CreatePolicyVersion"])) == 0
      error_message = "actions.json lets the deployer change boundaries."
    }
  }
}
