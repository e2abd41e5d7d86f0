# The roles of a run through an organisation in three accounts, for a stand-in that enforces IAM: the parts of the run in one, the member
# roles in a member of the organisation and in an account that is none. What the roles may do, and who is let in, is the layers' own.

variable "accounts" {
  type = object({
    member  = string
    run     = string
    without = string
  })
  description = "Twelve digits each."
}

variable "organization_id" {
  type        = string
  description = "Of the run and the member."
}

locals {
  jobs   = toset(["cluster-cleanup", "key-rotation"])
  member = { dns_suffix = "amazonaws.com", partition = "aws", region = "eu-west-1" }
  policy = { cluster-cleanup = { required_tags = { env = "dev" } }, key-rotation = {} }
  roles  = { for job in local.jobs : job => { for kind in ["apply", "read"] : kind => "nightshift/nightshift-dev-${job}-${kind}" } }

  # As the layer tells people, and with nothing encrypted.
  notices = {
    mail_from       = "nightshift@example.com"
    operators_mail  = ["ops@example.com"]
    slack_secret_id = "nightshift-webhook"
    sns_topic_arn   = "arn:aws:sns:eu-west-1:${var.accounts.run}:nightshift-notices"
  }

  parts = {
    for pair in setproduct(local.jobs, ["apply", "judge", "list", "plan", "report"]) : "${pair[0]}-fleet-${pair[1]}" => { job = pair[0], part = pair[1] }
  }
}

provider "aws" {
  access_key                  = var.accounts.run
  region                      = "eu-west-1"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

provider "aws" {
  alias                       = "member"
  access_key                  = var.accounts.member
  region                      = "eu-west-1"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

provider "aws" {
  alias                       = "without"
  access_key                  = var.accounts.without
  region                      = "eu-west-1"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

module "access" {
  source   = "../../../terraform/layer/organization/access"
  for_each = local.jobs

  account         = merge(local.member, { id = var.accounts.run })
  applies         = true
  bucket_arn      = "arn:aws:s3:::runs-${var.accounts.run}"
  function_arns   = { for part in ["apply", "judge", "list", "plan", "report"] : part => "arn:aws:lambda:eu-west-1:${var.accounts.run}:function:${part}" }
  job             = each.key
  machine_name    = "nightshift-dev-${each.key}-fleet"
  organization_id = var.organization_id
  roles           = local.roles[each.key]
}

module "run_access" {
  source   = "../../../terraform/aws/run-access"
  for_each = local.jobs

  account = merge(local.member, { id = var.accounts.run })
  applies = true
  job     = each.key
  notices = local.notices
}

module "owner_access" {
  source   = "../../../terraform/aws/run-access"
  for_each = local.jobs

  account = merge(local.member, { id = var.accounts.run })
  applies = true
  job     = each.key
  notices = { for name, value in local.notices : name => value if !can(regex("^(slack_secret|sns_topic)_", name)) }
}

# As the module lambda-function makes them; there is no function here.
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# As the layer joins them.
data "aws_iam_policy_document" "part" {
  for_each = local.parts

  source_policy_documents = concat(
    module.access[each.value.job].policies[each.value.part],
    each.value.part == "apply" ? module.owner_access[each.value.job].policies : [],
    each.value.part == "report" ? module.run_access[each.value.job].policies : [],
  )
}

resource "aws_iam_role" "part" {
  for_each = local.parts

  name               = "nightshift-dev-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "part" {
  for_each = local.parts

  name   = "job"
  role   = aws_iam_role.part[each.key].id
  policy = data.aws_iam_policy_document.part[each.key].json
}

# Somebody of the same account who may assume whatever there is.
resource "aws_iam_role" "stranger" {
  name               = "stranger"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "stranger" {
  name   = "all"
  role   = aws_iam_role.stranger.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:*", Resource = "*" }] })
}

module "member" {
  source   = "../../../terraform/layer/organization-member"
  for_each = local.jobs

  providers = { aws = aws.member }

  account         = merge(local.member, { id = var.accounts.member })
  applies         = true
  environment     = "dev"
  external_id     = "a-long-number-7d41"
  job             = each.key
  organization_id = var.organization_id
  policy          = local.policy[each.key]
  regions         = each.key == "cluster-cleanup" ? ["eu-west-1"] : []
  workers = {
    apply = aws_iam_role.part["${each.key}-fleet-apply"].arn
    read  = aws_iam_role.part["${each.key}-fleet-plan"].arn
  }
}

# The same roles, trusting the same workers, where no organisation vouches for the account.
module "without" {
  source   = "../../../terraform/layer/organization-member"
  for_each = local.jobs

  providers = { aws = aws.without }

  account         = merge(local.member, { id = var.accounts.without })
  applies         = true
  environment     = "dev"
  external_id     = "a-long-number-7d41"
  job             = each.key
  organization_id = var.organization_id
  policy          = local.policy[each.key]
  regions         = each.key == "cluster-cleanup" ? ["eu-west-1"] : []
  workers = {
    apply = aws_iam_role.part["${each.key}-fleet-apply"].arn
    read  = aws_iam_role.part["${each.key}-fleet-plan"].arn
  }
}
