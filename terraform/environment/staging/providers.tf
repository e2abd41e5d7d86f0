provider "aws" {
  # Credentials of another account stop here, before anything is changed.
  allowed_account_ids = [var.account_id]
  region              = var.region

  default_tags {
    tags = {
      environment = local.environment
      managed-by  = "terraform"
      project     = "nightshift"
    }
  }
}

# Where AWS speaks of what is about no Region, such as IAM.
provider "aws" {
  alias = "global"

  allowed_account_ids = [var.account_id]
  region              = "us-east-1"

  default_tags {
    tags = {
      environment = local.environment
      managed-by  = "terraform"
      project     = "nightshift"
    }
  }
}
