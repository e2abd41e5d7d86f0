# The state lies in a bucket of yours: terraform init -backend-config=bucket=NAME -backend-config=region=REGION
terraform {
  backend "s3" {
    encrypt      = true
    key          = "nightshift/dev/terraform.tfstate"
    use_lockfile = true
  }
}
