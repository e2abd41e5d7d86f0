# The function's environment variables, written from the same values as its role. A variable that is null here is not set
# at all: the function's own default holds, and docs/db-users.md says what that is.

locals {
  all_variables = {
    NIGHTSHIFT_CONCURRENCY               = var.policy.concurrency
    NIGHTSHIFT_CONTACT                   = var.notices.contact
    NIGHTSHIFT_DB_ADDRESS                = var.connection.address
    NIGHTSHIFT_DB_CA_FILE                = var.connection.ca_file
    NIGHTSHIFT_DIGEST_LIFTS_CAPS         = var.policy.digest_lifts_caps
    NIGHTSHIFT_IAM_USERS                 = var.policy.iam_users
    NIGHTSHIFT_LANGUAGE                  = var.notices.language
    NIGHTSHIFT_LOCK_TIMEOUT_SECONDS      = var.policy.lock_timeout_seconds
    NIGHTSHIFT_MAIL_FROM                 = var.notices.mail_from
    NIGHTSHIFT_MAX_DELETIONS             = var.policy.max_deletions
    NIGHTSHIFT_MODE                      = var.mode
    NIGHTSHIFT_OPERATORS_MAIL            = join(",", var.notices.operators_mail)
    NIGHTSHIFT_OWNER_MAIL_DOMAIN         = var.notices.owner_mail_domain
    NIGHTSHIFT_OWNER_MAIL_TAG            = var.notices.owner_mail_tag
    NIGHTSHIFT_OWNER_TAG                 = var.policy.owner_tag
    NIGHTSHIFT_PASSWORD_EXCLUDE          = var.policy.password_exclude
    NIGHTSHIFT_PASSWORD_LENGTH           = var.policy.password_length
    NIGHTSHIFT_PROTECTED                 = join(",", var.policy.protected)
    NIGHTSHIFT_REGIONS                   = join(",", local.regions)
    NIGHTSHIFT_REPORT_BUCKET             = try(var.report_bucket.name, null)
    NIGHTSHIFT_ROTATION_FUNCTION_ARN     = var.policy.rotation_function_arn
    NIGHTSHIFT_SECRET_RECOVERY_DAYS      = var.policy.secret_recovery_days
    NIGHTSHIFT_SLACK_SECRET_ID           = var.notices.slack_secret_id
    NIGHTSHIFT_SNS_TOPIC_ARN             = var.notices.sns_topic_arn
    NIGHTSHIFT_STATEMENT_TIMEOUT_SECONDS = var.policy.statement_timeout_seconds
    NIGHTSHIFT_TIME_ZONE                 = var.policy.time_zone
  }

  variables = { for name, value in local.all_variables : name => tostring(value) if value != null && try(tostring(value), "") != "" }
}
