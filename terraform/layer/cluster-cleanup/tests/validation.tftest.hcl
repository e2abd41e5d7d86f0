# Every value that AWS, or the function, would refuse later is refused here, before anything is changed.

provider "aws" {
  access_key                  = "none"
  region                      = "eu-west-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account = {
    dns_suffix = "amazonaws.com"
    id         = "111122223333"
    partition  = "aws"
    region     = "eu-west-1"
  }

  environment = "dev"
  package     = { path = "../../fixtures/x86_64/cluster-cleanup/bootstrap.zip" }
}

run "a_mode_is_plan_or_apply" {
  command = plan

  variables {
    mode = "dry-run"
  }

  expect_failures = [var.mode]
}

run "nothing_is_deleted_without_a_way_to_tell_its_owner" {
  command = plan

  variables {
    mode = "apply"
  }

  expect_failures = [var.mode]
}

run "an_environment_is_a_short_name" {
  command = plan

  variables {
    environment = "Dev!"
  }

  expect_failures = [var.environment]
}

run "an_expiry_tag_alone_deletes_nothing" {
  command = plan

  variables {
    policy = { required_tags = {} }
  }

  expect_failures = [var.policy]
}

run "a_required_tag_has_a_value" {
  command = plan

  variables {
    policy = { required_tags = { env = "" } }
  }

  expect_failures = [var.policy]
}

run "a_required_tag_is_no_pattern_in_iam" {
  command = plan

  variables {
    policy = { required_tags = { env = "dev*" } }
  }

  expect_failures = [var.policy]
}

run "a_required_tag_has_no_comma" {
  command = plan

  variables {
    policy = { required_tags = { env = "dev,test" } }
  }

  expect_failures = [var.policy]
}

run "the_expiry_tag_is_not_ours" {
  command = plan

  variables {
    policy = { tag_key = "nightshift:expiry" }
  }

  expect_failures = [var.policy]
}

run "the_expiry_tag_is_no_required_tag" {
  command = plan

  variables {
    policy = { tag_key = "env" }
  }

  expect_failures = [var.policy]
}

run "a_protection_is_no_list" {
  command = plan

  variables {
    policy = { protected = ["{orders,payments}-*"] }
  }

  expect_failures = [var.policy]
}

run "a_protection_is_not_empty" {
  command = plan

  variables {
    policy = { protected = [""] }
  }

  expect_failures = [var.policy]
}

run "deletion_protection_is_respected_or_overridden" {
  command = plan

  variables {
    policy = { deletion_protection = "ignore" }
  }

  expect_failures = [var.policy]
}

run "stopped_clusters_are_left_or_started" {
  command = plan

  variables {
    policy = { stopped_clusters = "delete" }
  }

  expect_failures = [var.policy]
}

run "a_final_snapshot_is_one_of_three" {
  command = plan

  variables {
    policy = { final_snapshot = "sometimes" }
  }

  expect_failures = [var.policy]
}

run "an_empty_list_of_regions_is_a_mistake" {
  command = plan

  variables {
    policy = { regions = [] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_in_quotes" {
  command = plan

  variables {
    policy = { protected = ["'prod-*'"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_in_typographic_quotes" {
  command = plan

  variables {
    policy = { protected = ["“prod-*”"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_with_a_semicolon" {
  command = plan

  variables {
    policy = { protected = ["prod-*;stage-*"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_with_a_space" {
  command = plan

  variables {
    policy = { protected = ["prod-* stage-*"] }
  }

  expect_failures = [var.policy]
}

run "a_pattern_is_not_written_with_a_bar" {
  command = plan

  variables {
    policy = { protected = ["prod-*|stage-*"] }
  }

  expect_failures = [var.policy]
}

run "a_protection_that_iam_cannot_say_is_refused" {
  command = plan

  variables {
    policy = { protected = ["orders-[ab]"] }
  }

  expect_failures = [var.policy]
}

run "a_protected_tag_has_a_whole_key" {
  command = plan

  variables {
    policy = { protected = ["tier*=gold"] }
  }

  expect_failures = [var.policy]
}

run "a_protected_arn_begins_at_its_beginning" {
  command = plan

  variables {
    policy = { protected = ["*:cluster:orders"] }
  }

  expect_failures = [var.policy]
}

run "a_region_is_a_region" {
  command = plan

  variables {
    policy = { regions = ["eu-west-1", "*"] }
  }

  expect_failures = [var.policy]
}

run "a_protected_tag_has_a_key" {
  command = plan

  variables {
    policy = { protected = ["=gold"] }
  }

  expect_failures = [var.policy]
}

run "an_arn_spells_its_kind_out" {
  command = plan

  variables {
    policy = { protected = ["arn:aws:rds:*:*:cluster*:vault-*"] }
  }

  expect_failures = [var.policy]
}

run "an_arn_of_everything_protects_nothing_in_iam" {
  command = plan

  variables {
    policy = { protected = ["arn:aws:rds:*:*:*:*"] }
  }

  expect_failures = [var.policy]
}

run "an_arn_spells_its_service_out" {
  command = plan

  variables {
    policy = { protected = ["arn:aws:*:*:*:cluster:vault"] }
  }

  expect_failures = [var.policy]
}

run "an_arn_of_each_kind_is_taken_in_any_case" {
  command = plan

  variables {
    policy = { protected = ["ARN:aws-cn:rds:cn-*:*:Cluster:vault", "arn:*:rds:*:*:db:vault-?", "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:*"] }
  }
}
