# The function's environment variables, written from the same values as its role. A variable that is null here is not set
# at all: the function's own default holds, and docs/db-users.md says what that is.

locals {
  all_variables = {
    NIGHTSHIFT_CONCURRENCY               = var.policy.concurrency
    NIGHTSHIFT_DB_ADDRESS                = var.connection.address
    NIGHTSHIFT_DB_CA_FILE                = var.connection.ca_file
    NIGHTSHIFT_DIGEST_LIFTS_CAPS         = var.policy.digest_lifts_caps
    NIGHTSHIFT_IAM_USERS                 = var.policy.iam_users
    NIGHTSHIFT_LOCK_TIMEOUT_SECONDS      = var.policy.lock_timeout_seconds
    NIGHTSHIFT_MAX_DELETIONS             = var.policy.max_deletions
    NIGHTSHIFT_MODE                      = var.mode
    NIGHTSHIFT_OWNER_TAG                 = var.policy.owner_tag
    NIGHTSHIFT_PASSWORD_EXCLUDE          = var.policy.password_exclude
    NIGHTSHIFT_PASSWORD_LENGTH           = var.policy.password_length
    NIGHTSHIFT_PROTECTED                 = join(",", var.policy.protected)
    NIGHTSHIFT_REGIONS                   = join(",", local.regions)
    NIGHTSHIFT_ROTATION_FUNCTION_ARN     = var.policy.rotation_function_arn
    NIGHTSHIFT_SECRET_RECOVERY_DAYS      = var.policy.secret_recovery_days
    NIGHTSHIFT_STATEMENT_TIMEOUT_SECONDS = var.policy.statement_timeout_seconds
    NIGHTSHIFT_TIME_ZONE                 = var.policy.time_zone
  }

  variables = {
    for name, value in merge(local.all_variables, module.run_access.variables) :
    name => tostring(value) if value != null && try(tostring(value), "") != ""
  }
}
