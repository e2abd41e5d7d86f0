# Beside the environment dev, for the proof of roles: everything switched on that takes a right of its own, and schedules
# that fire while one watches.

module "fleet" {
  # The administrator is in it twice: by path, and by what her role is denied.
  excluded_users = ["path:/admin/*"]
  protected      = ["tier=gold", "ledger-*"]

  notices = {
    mail_from         = "nightshift@dev.example.com"
    operators_mail    = ["platform@example.com"]
    owner_mail_domain = "example.com"
    slack_secret_id   = "nightshift-webhook"
    sns_topic_arn     = "arn:aws:sns:eu-west-1:ACCOUNT:nightshift-notices"
  }

  platform = {
    report_bucket = { name = "nightshift-reports" }
  }

  cluster_cleanup = {
    mode = "apply"

    policy = {
      deletion_protection = "override"
      min_notice_hours    = 0
      required_tags       = { env = "dev" }
      stopped_clusters    = "start"
    }

    schedule = {
      expression     = "cron(0 2 * * ? *)"
      window_minutes = 0
    }
  }

  key_rotation = {
    mode   = "apply"
    policy = { secret_replica_regions = ["eu-north-1"] }

    schedule = {
      rotate         = "cron(0 2 * * ? *)"
      tend           = "cron(0 2 * * ? *)"
      window_minutes = 0
    }
  }

  protected_users = []

  db_users = {
    mode                   = "apply"
    kms_key_arns           = ["arn:aws:kms:us-east-1:ACCOUNT:key/ours"]
    rotation_function_arns = ["arn:aws:lambda:us-east-1:ACCOUNT:function:rotate"]

    connection = {
      address = "DATABASE_ADDRESS"
      ca_file = "DATABASE_AUTHORITY"
    }

    policy = {
      regions = ["us-east-1"]
    }

    secrets = {
      masters = ["dp-sec-db-ue1-af-activation-master_user-dev"]
      users   = ["app-*"]
    }

    vpc = {
      security_group_ids = ["sg-0123456789abcdef0"]
      subnet_ids         = ["subnet-0123456789abcdef0"]
    }
  }

  secret_rotation = {
    connection = {
      address = "ROTATION_ADDRESS"
      ca_file = "ROTATION_AUTHORITY"
    }

    secrets = {
      masters = ["dp-sec-db-ue1-af-activation-master_user-dev"]
      users   = ["app-*"]
    }

    vpc = {
      security_group_ids = ["sg-0123456789abcdef0"]
      subnet_ids         = ["subnet-0123456789abcdef0"]
    }
  }
}
