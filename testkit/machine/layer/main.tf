# A run through an organisation as somebody would deploy it: the layer in the account of the run, and the member roles as a plain module in
# two accounts, each by a provider of its own, because no stand-in has StackSets.

variable "accounts" {
  type = object({
    first  = string
    run    = string
    second = string
  })
  description = "Twelve digits each."
}

variable "mode" {
  type        = string
  description = "As in the layer; the roles that change anything are there in apply alone."
}

variable "organization_id" {
  type        = string
  description = "Of all three."
}

variable "package" {
  type        = string
  description = "The archive of fleet-run."
}

locals {
  external_id = "a-long-number-7d41"
  job         = "cluster-cleanup"
  policy      = { min_notice_hours = 0, required_tags = { env = "dev" } }
  regions     = ["eu-central-1", "eu-west-1"]
}

provider "aws" {
  access_key = var.accounts.run
  region     = "eu-west-1"
  secret_key = "test"
}

provider "aws" {
  alias      = "first"
  access_key = var.accounts.first
  region     = "eu-west-1"
  secret_key = "test"
}

provider "aws" {
  alias      = "second"
  access_key = var.accounts.second
  region     = "eu-west-1"
  secret_key = "test"
}

module "account" {
  source = "../../../terraform/aws/account"
}

module "first" {
  source    = "../../../terraform/aws/account"
  providers = { aws = aws.first }
}

module "second" {
  source    = "../../../terraform/aws/account"
  providers = { aws = aws.second }
}

module "run" {
  source = "../../../terraform/layer/organization"

  account         = module.account.account
  canary          = { units = ["Root/Sandbox"] }
  environment     = "dev"
  external_id     = local.external_id
  job             = local.job
  mode            = var.mode
  organization_id = var.organization_id
  package         = { path = var.package }
  policy          = local.policy
  regions         = local.regions
  selected        = { units = ["Root"] }
}

module "member_first" {
  source    = "../../../terraform/layer/organization-member"
  providers = { aws = aws.first }

  account         = module.first.account
  applies         = var.mode == "apply"
  environment     = "dev"
  external_id     = local.external_id
  job             = local.job
  organization_id = var.organization_id
  policy          = local.policy
  regions         = local.regions
  workers         = module.run.workers
}

module "member_second" {
  source    = "../../../terraform/layer/organization-member"
  providers = { aws = aws.second }

  account         = module.second.account
  applies         = var.mode == "apply"
  environment     = "dev"
  external_id     = local.external_id
  job             = local.job
  organization_id = var.organization_id
  policy          = local.policy
  regions         = local.regions
  workers         = module.run.workers
}
