mock_provider "aws" {}

variables {
  function_name = "nightshift-dev-db-users"

  databases = {
    shop = {
      database_name = "shop"
      db_engine     = "postgres"
      rds_host      = "shop.cluster-abc.eu-west-1.rds.amazonaws.com"
      secret_name   = "dev/shop/master"

      users = {
        shop-app    = { user_secret_name = "dev/shop/app-writer", preset = "writer" }
        shop-report = { user_secret_name = "dev/shop/app-report", grant_privileges = "SELECT" }
      }
    }
  }
}

run "an_event_is_applied_and_fails_unless_it_was_done" {
  command = plan

  assert {
    condition = jsondecode(aws_lambda_invocation.this["shop"].input) == {
      database_name    = "shop"
      db_engine        = "postgres"
      fail_unless_done = true
      mode             = "apply"
      rds_host         = "shop.cluster-abc.eu-west-1.rds.amazonaws.com"
      secret_name      = "dev/shop/master"
      users = [
        { db_user = "shop-app", preset = "writer", user_secret_name = "dev/shop/app-writer" },
        { db_user = "shop-report", grant_privileges = "SELECT", user_secret_name = "dev/shop/app-report" },
      ]
    }
    error_message = aws_lambda_invocation.this["shop"].input
  }

  # With a life of its own, destroying it would be an event, too.
  assert {
    condition     = aws_lambda_invocation.this["shop"].lifecycle_scope == "CREATE_ONLY"
    error_message = "An event would be sent when the resource is destroyed."
  }
}

run "databases_may_differ_in_their_users_and_users_in_what_they_have" {
  command = plan

  variables {
    databases = {
      shop = {
        database_name = "shop", db_engine = "postgres", rds_host = "h", secret_name = "s"
        users         = { a = { user_secret_name = "a", rotation = "none" }, b = { user_secret_name = "b", schemas = ["x"] } }
      }
      books = {
        database_name = "books", db_engine = "mysql", rds_host = "h", secret_name = "s", port = 3306
        users         = { c = { user_secret_name = "c", rotation = { schedule = "rate(30 days)" } } }
      }
    }
  }

  assert {
    condition     = length(aws_lambda_invocation.this) == 2
    error_message = jsonencode(local.events)
  }
}

run "a_misspelt_key_is_refused" {
  command = plan

  variables {
    databases = {
      shop = { database_name = "shop", db_engine = "postgres", rds_host = "h", secret = "s", users = { a = {} } }
    }
  }

  expect_failures = [var.databases]
}

run "who_is_to_go_is_said" {
  command = plan

  variables {
    databases = {
      shop = {
        database_name = "shop"
        db_engine     = "postgres"
        drop          = true
        rds_host      = "shop.cluster-abc.eu-west-1.rds.amazonaws.com"
        secret_name   = "dev/shop/master"
        users         = { shop-app = { user_secret_name = "dev/shop/app-writer" } }
      }
    }
  }

  assert {
    condition     = [for user in jsondecode(aws_lambda_invocation.this["shop"].input).users : user.state] == ["absent"]
    error_message = aws_lambda_invocation.this["shop"].input
  }
}

run "a_database_has_users" {
  command = plan

  variables {
    databases = {
      shop = { database_name = "shop", db_engine = "postgres", rds_host = "h", secret_name = "s", users = {} }
    }
  }

  expect_failures = [var.databases]
}

run "no_password_is_given" {
  command = plan

  variables {
    databases = {
      shop = { database_name = "shop", db_engine = "postgres", rds_host = "h", secret_name = "s", users = { app = { password = "x" } } }
    }
  }

  expect_failures = [var.databases]
}

run "what_is_null_was_not_said" {
  command = plan

  variables {
    databases = {
      shop = {
        database_name = "shop", db_engine = "postgres", drop = null, rds_host = "h", secret_name = "s"
        users         = { a = { user_secret_name = "a", preset = null } }
      }
    }
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.this["shop"].input).users == [{ db_user = "a", preset = null, user_secret_name = "a" }]
    error_message = aws_lambda_invocation.this["shop"].input
  }
}

run "a_database_gets_its_users_secrets_and_rotation_in_one" {
  command = plan

  variables {
    databases = {
      shop = {
        database_name = "shop", db_engine = "mysql", rds_host = "h", secret_name = "s"
        users = {
          a    = { user_secret_name = "a", preset = "writer" }
          b    = { user_secret_name = "b", rotation = { strategy = "single" } }
          c    = { user_secret_name = "c", rotation = "none" }
          gone = { user_secret_name = "d", state = "absent" }
        }
      }
    }
    rotation = { lambda_arn = "arn:rotate", schedule = "cron(0 4 1 * ? *)", strategy = "dual" }
  }

  assert {
    condition = { for user in jsondecode(aws_lambda_invocation.this["shop"].input).users : user.db_user => try(user.rotation, null) } == {
      a    = { lambda_arn = "arn:rotate", schedule = "cron(0 4 1 * ? *)", strategy = "dual" }
      b    = { strategy = "single" }
      c    = "none"
      gone = null
    }
    error_message = aws_lambda_invocation.this["shop"].input
  }
}

run "behind_a_proxy_two_users_do_not_take_turns" {
  command = plan

  variables {
    databases = {
      shop = {
        database_name = "shop", db_engine = "postgres", proxied = true, rds_host = "h", secret_name = "s"
        users         = { a = { user_secret_name = "a" } }
      }
    }
    rotation = { strategy = "multi" }
  }

  expect_failures = [var.databases]
}

run "nor_where_a_user_says_so_itself" {
  command = plan

  variables {
    databases = {
      shop = {
        database_name = "shop", db_engine = "postgres", proxied = true, rds_host = "h", secret_name = "s"
        users         = { a = { user_secret_name = "a", rotation = { strategy = "multi" } } }
      }
    }
  }

  expect_failures = [var.databases]
}

run "one_user_does_behind_a_proxy" {
  command = plan

  variables {
    databases = {
      shop = {
        database_name = "shop", db_engine = "postgres", proxied = true, rds_host = "h", secret_name = "s"
        users         = { a = { user_secret_name = "a", rotation = { strategy = "single" } }, b = { user_secret_name = "b", rotation = "none" } }
      }
    }
    rotation = { strategy = "multi" }
  }

  assert {
    condition     = !strcontains(aws_lambda_invocation.this["shop"].input, "proxied")
    error_message = "The event has a key that db-users refuses: ${aws_lambda_invocation.this["shop"].input}"
  }
}

run "a_strategy_is_one_of_three" {
  command = plan

  variables {
    rotation = { strategy = "alternating" }
  }

  expect_failures = [var.rotation]
}
