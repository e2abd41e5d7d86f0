# Beside an environment, for the proof that what it says of its platform reaches everything.

module "fleet" {
  platform = {
    kms_key_arn              = "arn:aws:kms:eu-west-1:ACCOUNT:key/ours"
    log_retention_days       = 30
    permissions_boundary_arn = "arn:aws:iam::ACCOUNT:policy/ours"
    report_bucket            = { name = "reports" }
    reserved_concurrency     = { cluster-cleanup = 3, db-users = 3, key-rotation = 3 }
    tags                     = { cost-centre = "42" }
    vpc                      = { security_group_ids = ["sg-1"], subnet_ids = ["subnet-1"] }
  }
}
