# The same roles in each partition of AWS that they can stand in, planned and never applied: no call is made.

terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80"
    }
  }
}

provider "aws" {
  access_key                  = "none"
  region                      = "eu-west-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

locals {
  id = "111122223333"
}

module "aws" {
  source = "./roles"

  account       = { dns_suffix = "amazonaws.com", id = local.id, partition = "aws", region = "eu-west-1" }
  second_region = "eu-north-1"
}

module "us_gov" {
  source = "./roles"

  account       = { dns_suffix = "amazonaws.com", id = local.id, partition = "aws-us-gov", region = "us-gov-west-1" }
  second_region = "us-gov-east-1"
}

module "china" {
  source = "./roles"

  account       = { dns_suffix = "amazonaws.com.cn", id = local.id, partition = "aws-cn", region = "cn-north-1" }
  second_region = "cn-northwest-1"
}

output "partitions" {
  description = "Of each partition: the policies (JSON) of its roles, and those of what has one of its own."
  value = {
    aws        = { resources = module.aws.resources, roles = module.aws.roles }
    aws-cn     = { resources = module.china.resources, roles = module.china.roles }
    aws-us-gov = { resources = module.us_gov.resources, roles = module.us_gov.roles }
  }
}
