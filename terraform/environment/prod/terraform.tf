# The state lies in a bucket of yours: terraform init -backend-config=bucket=NAME -backend-config=region=REGION
terraform {
  required_version = ">= 1.10"

  backend "s3" {
    encrypt      = true
    key          = "nightshift/prod/terraform.tfstate"
    use_lockfile = true
  }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
