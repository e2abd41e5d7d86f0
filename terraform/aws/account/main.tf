# Where everything lies: asked once, and handed to every module that writes it into a name or a policy. A module that is
# handed it can be planned, and its policies rendered, without an account.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}
