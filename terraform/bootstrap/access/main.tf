# What a pipeline may do that deploys, and the most a role may hold that it makes: what the provider was seen to call (actions.json,
# which `cargo xtask deploy` keeps), on what is named as this project's; and how the bucket of the state is reached. No call is made to
# know it.

locals {
  actions = jsondecode(file("${path.module}/actions.json"))

  # Reading says what is there; most of it has no resource to name. What is known of a function has its variables in it, and a bucket has a
  # name.
  is_read = { for action in local.actions.deployer : action => can(regex(":(Describe|Get|List)", action)) && !can(regex("^(lambda|s3):", action)) }
  reads   = [for action, is_read in local.is_read : action if is_read]
  writes  = [for action, is_read in local.is_read : action if !is_read]

  # AWS asks about these without a resource.
  of_nothing = ["sns:Unsubscribe", "states:ValidateStateMachineDefinition"]

  of_roles = [for action in local.writes : action if startswith(action, "iam:")]
  # AWS tells no boundary with these.
  of_tags = ["iam:TagRole", "iam:UntagRole"]

  prefix   = "arn:${var.account.partition}"
  roles    = "${local.prefix}:iam::${var.account.id}:role/${var.project}-*"
  deployer = "${local.prefix}:iam::${var.account.id}:role/${var.project}-deployer"
  boundary = "${local.prefix}:iam::${var.account.id}:policy/${var.project}-boundary"
  state    = "${local.prefix}:s3:::${var.state_bucket}"

  named = concat(
    [
      "cloudwatch:*:${var.account.id}:alarm:${var.project}-*",
      "cloudwatch::${var.account.id}:dashboard/${var.project}-*",
      "events:*:${var.account.id}:rule/${var.project}-*",
      "lambda:*:${var.account.id}:function:${var.project}-*",
      "logs:*:${var.account.id}:log-group:/aws/lambda/${var.project}-*",
      "logs:*:${var.account.id}:log-group:/aws/vendedlogs/states/${var.project}-*",
      "s3:::${var.project}-*-fleet-${var.account.id}",
      "scheduler:*:${var.account.id}:schedule-group/${var.project}-*",
      "scheduler:*:${var.account.id}:schedule/${var.project}-*/*",
      "sns:*:${var.account.id}:${var.project}-*",
      "sqs:*:${var.account.id}:${var.project}-*",
      "states:*:${var.account.id}:stateMachine:${var.project}-*",
    ],
    [for name in var.log_groups : "logs:*:${var.account.id}:log-group:${name}"],
    [for name in var.log_groups : "logs:*:${var.account.id}:log-group:${name}:*"],
    [for identity in var.senders : "ses:*:${var.account.id}:identity/${identity}"],
  )
}

data "aws_iam_policy_document" "deployer" {
  #checkov:skip=CKV_AWS_356:What reads has mostly no resource to name, and reads no secret: none of it is a secret's value.
  statement {
    sid       = "SeeWhatIsThere"
    actions   = local.reads
    resources = ["*"]
  }

  statement {
    sid = "MakeWhatIsNamedAsOurs"
    actions = [
      for action in setsubtract(local.writes, concat(local.of_roles, local.of_nothing)) :
      action if length(var.senders) > 0 || !startswith(action, "ses:")
    ]
    resources = [for name in local.named : "${local.prefix}:${name}"]
  }

  statement {
    sid       = "EndWhatHasNoName"
    actions   = local.of_nothing
    resources = ["*"]
  }

  statement {
    sid       = "KeepRolesWithinTheBoundary"
    actions   = setsubtract(local.of_roles, local.of_tags)
    resources = [local.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [local.boundary]
    }
  }

  statement {
    sid       = "TagThem"
    actions   = local.of_tags
    resources = [local.roles]
  }

  statement {
    sid       = "HandThemToWhatRunsUnderThem"
    actions   = ["iam:PassRole"]
    resources = [local.roles]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["events.amazonaws.com", "lambda.amazonaws.com", "scheduler.amazonaws.com", "states.amazonaws.com"]
    }
  }

  # Its own name begins as theirs do. A deployer that could change itself, or what bounds it, would be bound by nothing.
  statement {
    sid       = "NeverItself"
    effect    = "Deny"
    actions   = concat(local.of_roles, ["iam:PassRole"])
    resources = [local.boundary, local.deployer]
  }

  # Terraform writes the state over and takes its lock away; it deletes no state.
  statement {
    sid       = "KeepTheState"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${local.state}/*"]
  }

  statement {
    sid       = "GiveTheLockBack"
    actions   = ["s3:DeleteObject"]
    resources = ["${local.state}/*.tflock"]
  }

  statement {
    sid       = "NeverTheStateOfThis"
    effect    = "Deny"
    actions   = ["s3:DeleteObject", "s3:PutObject"]
    resources = ["${local.state}/*/bootstrap/*"]
  }

  statement {
    sid       = "FindTheState"
    actions   = ["s3:ListBucket"]
    resources = [local.state]
  }

  # Lambda fetches an archive with the rights of whoever deploys it.
  dynamic "statement" {
    for_each = compact([var.packages_bucket])

    content {
      sid       = "FetchArchives"
      actions   = ["s3:GetObject", "s3:GetObjectVersion"]
      resources = ["${local.prefix}:s3:::${statement.value}/*"]
    }
  }

  # Lambda encrypts variables, and Scheduler an input, with the rights of whoever gives them the key.
  dynamic "statement" {
    for_each = length(var.kms_key_arns) == 0 ? [] : [sort(var.kms_key_arns)]

    content {
      sid       = "EncryptWithKeysOfYours"
      actions   = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
      resources = statement.value

      condition {
        test     = "StringLike"
        variable = "kms:ViaService"
        values   = [for service in ["lambda", "logs", "scheduler", "sns", "sqs"] : "${service}.*.${var.account.dns_suffix}"]
      }
    }
  }
}

data "aws_iam_policy_document" "boundary" {
  #checkov:skip=CKV_AWS_107:A boundary gives nothing; what a role may read is in its own policies, by resource.
  #checkov:skip=CKV_AWS_108:The same.
  #checkov:skip=CKV_AWS_109:The same.
  #checkov:skip=CKV_AWS_110:The same.
  #checkov:skip=CKV_AWS_111:The same.
  #checkov:skip=CKV_AWS_356:The same.
  statement {
    sid       = "WhatTheFunctionsAndTheirSchedulesDo"
    actions   = local.actions.boundary
    resources = ["*"]
  }
}

# Who may read it is said in roles; this is asked of everybody, an administrator too.
data "aws_iam_policy_document" "state" {
  statement {
    sid       = "NobodyInClearText"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.state, "${local.state}/*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
