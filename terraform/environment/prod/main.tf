# Production: only what somebody marked as disposable, one a night, and its data is kept for three months; no key passes
# ninety days.

module "fleet" {
  source    = "../../layer/fleet"
  providers = { aws = aws, aws.global = aws.global }

  alarm_mail_addresses = ["oncall@example.com"]
  environment          = "prod"
  production           = true
  sender_identity      = "nightshift@example.com"
  time_zone            = "Europe/Madrid"

  # Never touched, whatever is asked for: clusters and snapshots, IAM users, database users.
  protected       = ["orders-*", "payments-*", "tier=critical"]
  excluded_users  = ["path:/admin/*", "break-glass-*"]
  protected_users = ["billing"]

  # Until SES has verified the sender, nothing is deleted, because nobody could be told.
  notices = { mail_from = "nightshift@example.com", operators_mail = ["oncall@example.com"], owner_mail_domain = "example.com" }

  # The functions only say what they would do. Change a mode to "apply" when you have read its plans for some nights.
  cluster_cleanup = {
    members_are_marked = true
    mode               = "plan"
    policy             = { final_snapshot = "always", max_deletions = 1, required_tags = { disposable = "yes" }, snapshot_keep_days = 90 }
  }
  key_rotation = {
    mode   = "plan"
    policy = { max_age_days = 90 }
    # Every morning: a monthly run keeps ninety days only by rotating keys of three weeks.
    schedule = { rotate = "cron(0 8 * * ? *)" }
  }
  # Pipelines may have users of these databases made. Leave it out, and so is the function.
  db_users = {
    mode    = "plan"
    secrets = { masters = ["rds!cluster-*", "prod/*/master"], users = ["prod/*/app-*"] }
    vpc     = { security_group_ids = ["sg-0123456789abcdef0"], subnet_ids = ["subnet-0123456789abcdef0"] }
  }
}

output "fleet" {
  description = "The outputs of terraform/layer/fleet: functions, roles, records of the sender, the policy for pipelines."
  value       = module.fleet
}
