variable "databases" {
  type        = any
  description = "Databases by a name of yours, each as an event of docs/db-users.md: secret_name, database_name, rds_host, db_engine and what else it knows. users: by their names, each with user_secret_name and what it may do, such as { preset = \"reader\" } or { grant_privileges = \"SELECT\" }. proxied = true: an RDS Proxy logs in by these secrets, so that no two users take turns. drop = true: all of them are to go, before the entry is taken out; taking it out alone leaves them there."
  nullable    = false

  validation {
    condition = alltrue([
      for database in values(var.databases) : length(setsubtract(keys(database), [
        "create_database", "database_name", "db_engine", "drop", "extensions", "kms_key_id", "port", "proxied", "rds_host", "region",
        "revoke", "secret_name", "tls_server_name", "users",
      ])) == 0
    ])
    error_message = "A database has only what an event of db-users knows (docs/db-users.md), drop and proxied: create_database, database_name, db_engine, extensions, kms_key_id, port, rds_host, region, revoke, secret_name, tls_server_name, users."
  }

  validation {
    condition     = alltrue([for database in values(var.databases) : length(try(keys(database.users), [])) > 0])
    error_message = "Each database has users, by their names: users = { app = { user_secret_name = \"prod/app\", preset = \"writer\" } }."
  }

  validation {
    condition = alltrue(flatten([
      for database in values(var.databases) : [
        for user in try(values(database.users), []) : length(setsubtract(keys(user), [
          "auth", "functions", "grant_ddl", "grant_privileges", "grantor", "host", "owner_role", "preset", "reassign_to",
          "rotation", "schemas", "sequences", "state", "user_secret_name",
        ])) == 0
      ]
    ]))
    error_message = "A user has only what an event of db-users knows (docs/db-users.md): its name is the key, and a password is never given."
  }

  # A proxy knows one user a secret: once the other is handed out, it refuses whoever still has the first.
  validation {
    condition = alltrue(flatten([
      for database in values(var.databases) : [
        for user in try(values(database.users), []) :
        try(user.rotation.strategy, can(user.rotation) ? "single" : var.rotation.strategy, "single") != "multi"
      ] if try(database.proxied, false) == true
    ]))
    error_message = "Behind an RDS Proxy two users cannot take turns: the proxy knows one user a secret, and would refuse whoever has the value before. For a database that is proxied set the strategy single or, on MySQL, dual; or let the application log in without the proxy."
  }
}

variable "function_name" {
  type        = string
  description = "Name or ARN of the deployed function db-users, which is in apply mode: functions[\"db-users\"] of the fleet."
  nullable    = false
}

variable "rotation" {
  type = object({
    immediately = optional(bool)
    lambda_arn  = optional(string)
    schedule    = optional(string)
    strategy    = optional(string)
  })
  description = "How the secret of each user is rotated whose entry says nothing of rotation: strategy single, multi (two users in turn) or dual (MySQL: one with two passwords); schedule, rate(30 days) unless set; lambda_arn, rotation_function_arn of the fleet, which db-users takes by itself; immediately, once at once. Null leaves it as it is."
  default     = null

  validation {
    condition     = contains(["single", "multi", "dual"], try(coalesce(var.rotation.strategy), "single"))
    error_message = "The strategy is single, multi or dual."
  }
}
