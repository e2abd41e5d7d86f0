# The function's environment variables. A variable that is null here is not set at all: the function's own default holds, and
# docs/secret-rotation.md says what that is. There is no mode: a step that Secrets Manager asks for is done.

locals {
  all_variables = {
    NIGHTSHIFT_DB_ADDRESS                = var.connection.address
    NIGHTSHIFT_DB_CA_FILE                = var.connection.ca_file
    NIGHTSHIFT_LOCK_TIMEOUT_SECONDS      = var.policy.lock_timeout_seconds
    NIGHTSHIFT_PASSWORD_EXCLUDE          = var.policy.password_exclude
    NIGHTSHIFT_PASSWORD_LENGTH           = var.policy.password_length
    NIGHTSHIFT_PROTECTED                 = join(",", var.policy.protected)
    NIGHTSHIFT_STATEMENT_TIMEOUT_SECONDS = var.policy.statement_timeout_seconds
  }

  variables = {
    for name, value in merge(local.all_variables, module.run_access.variables) :
    name => tostring(value) if value != null && try(tostring(value), "") != ""
  }
}
