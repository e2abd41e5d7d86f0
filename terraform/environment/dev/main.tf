# Development: what carries an expiry and env=dev may go, ten a night; keys are rotated on the first of the month.

module "fleet" {
  source    = "../../layer/fleet"
  providers = { aws = aws, aws.global = aws.global }

  alarm_mail_addresses = ["platform@example.com"]
  environment          = "dev"
  sender_identity      = "nightshift@dev.example.com"
  time_zone            = "Europe/Madrid"

  # Never touched, whatever is asked for: clusters and snapshots, IAM users, database users.
  protected       = ["tier=gold"]
  excluded_users  = ["path:/admin/*"]
  protected_users = ["billing"]

  # Until SES has verified the sender, nothing is deleted, because nobody could be told.
  notices = { mail_from = "nightshift@dev.example.com", operators_mail = ["platform@example.com"], owner_mail_domain = "example.com" }

  # The functions only say what they would do. Change a mode to "apply" when you have read its plans for some nights.
  cluster_cleanup = {
    mode   = "plan"
    policy = { required_tags = { env = "dev" } }
  }
  key_rotation = {
    mode = "plan"
  }
  # Pipelines may have users of these databases made. Leave it out, and so is the function.
  db_users = {
    mode    = "plan"
    secrets = { masters = ["rds!cluster-*", "dev/*/master"], users = ["dev/*/app-*"] }
    vpc     = { security_group_ids = ["sg-0123456789abcdef0"], subnet_ids = ["subnet-0123456789abcdef0"] }
  }
}

output "fleet" {
  description = "The outputs of terraform/layer/fleet: functions, roles, records of the sender, the policy for pipelines."
  value       = module.fleet
}
