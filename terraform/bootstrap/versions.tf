# Applied once an account, by a person who may make roles. Its own state stays on that person's disk until it is moved into the
# bucket it makes: README.md says how.
terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  allowed_account_ids = [var.account_id]
  region              = var.region
  default_tags { tags = { managed-by = "terraform", project = var.project } }
}
