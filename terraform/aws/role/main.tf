# One role that somebody assumes who is no service of AWS: who may is its trust, what it may do its one policy.

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = var.description
  assume_role_policy   = var.trust
  max_session_duration = 3600
  path                 = var.path
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  lifecycle {
    precondition {
      condition     = length(replace(var.trust, "/\\s/", "")) <= 2048
      error_message = "The trust of the role ${var.name} has more than the 2048 characters IAM takes."
    }
  }
}

resource "aws_iam_role_policy" "this" {
  name   = "job"
  role   = aws_iam_role.this.id
  policy = var.policy

  lifecycle {
    precondition {
      condition     = length(replace(var.policy, "/\\s/", "")) <= 10240
      error_message = "The policy of the role ${var.name} has ${length(replace(var.policy, "/\\s/", ""))} characters, and IAM takes 10240. Shorten ${var.policy_hint}."
    }
  }
}
