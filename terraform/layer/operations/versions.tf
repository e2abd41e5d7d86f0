terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80"

      # The Region in which AWS speaks of what is about no Region, such as IAM: us-east-1.
      configuration_aliases = [aws.global]
    }
  }
}
