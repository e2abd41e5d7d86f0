# The users of databases, made by `terraform apply`: for each database one event to the deployed function db-users, which makes
# them, gives them what they may do, and keeps each one's secret. The state holds the events and the reports, and no password:
# neither has one.
#
# An event that changes is a new resource, and the old one goes without a word. So an event that failed is not in the state, and
# the next apply sends it again, changed or not; and nobody is dropped because a resource is destroyed or replaced. Who is to go
# is said: state = "absent" for a user, drop = true for all users of a database.

locals {
  # One that is to go, or that nobody logs in as by a password, has nothing to rotate.
  rotated = var.rotation == null ? {} : { rotation = { for key, value in var.rotation : key => value if value != null } }

  events = {
    for name, database in var.databases : name => merge(
      { for key, value in database : key => value if !contains(["drop", "proxied", "users"], key) },
      {
        fail_unless_done = true
        mode             = "apply"
        users = [
          for user, wants in database.users : merge(
            try(wants.state, "present") == "absent" || try(wants.auth, "password") != "password" ? {} : local.rotated,
            { for key, value in wants : key => value },
            { db_user = user },
            try(coalesce(database.drop, false), false) ? { state = "absent" } : {},
          )
        ]
      },
    )
  }
}

resource "aws_lambda_invocation" "this" {
  for_each = local.events

  function_name   = var.function_name
  input           = jsonencode(each.value)
  lifecycle_scope = "CREATE_ONLY"
}
