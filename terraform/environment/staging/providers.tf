# Credentials of another account stop here, before anything is changed.
provider "aws" {
  allowed_account_ids = ["222233334444"]
  region              = "eu-west-1"
  default_tags { tags = { environment = "staging", managed-by = "terraform", project = "nightshift" } }
}

# Where AWS speaks of what is about no Region, such as IAM.
provider "aws" {
  alias               = "global"
  allowed_account_ids = ["222233334444"]
  region              = "us-east-1"
  default_tags { tags = { environment = "staging", managed-by = "terraform", project = "nightshift" } }
}
