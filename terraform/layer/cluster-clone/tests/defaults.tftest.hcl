# What holds without saying anything, and what may not get lost.

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
  package     = { path = "../../fixtures/x86_64/cluster-clone/bootstrap.zip" }
}

run "without_a_word_it_plans_proves_who_asks_and_refuses_production" {
  command = plan

  assert {
    condition = local.variables == {
      NIGHTSHIFT_INVOKERS          = "prove"
      NIGHTSHIFT_MODE              = "plan"
      NIGHTSHIFT_OWNER_TAG         = "owner"
      NIGHTSHIFT_PRODUCTION_CLONES = "refuse"
      NIGHTSHIFT_REGIONS           = "eu-west-1"
      NIGHTSHIFT_REQUIRED_TAGS     = "env=dev"
      NIGHTSHIFT_SOURCE_TAG        = "nightshift:source"
      NIGHTSHIFT_TAG_KEY           = "auto-delete-after"
    }
    error_message = "The variables are ${jsonencode(local.variables)}."
  }

  assert {
    condition     = module.function.name == "nightshift-dev-cluster-clone"
    error_message = "The function is called ${module.function.name}."
  }
}

run "every_variable_of_the_layer_reaches_the_function" {
  command = plan

  variables {
    mode = "apply"

    policy = {
      clone_class           = "db.t4g.large"
      clone_classes         = ["db.t4g.*", "db.serverless"]
      clone_security_groups = ["sg-1", "sg-2"]
      clone_sources         = ["env=staging"]
      clone_subnet_group    = "dev"
      clones_per_owner      = 3
      clones_per_source     = 10
      digest_lifts_caps     = true
      invokers              = "trusted"
      max_clone_acu         = 4
      max_clone_members     = 1
      max_deletions         = 2
      max_lease_days        = 30
      owner_of              = { "arn:aws:sts::*:assumed-role/ci/*" = "platform" }
      owner_tag             = "team"
      production            = ["live-*"]
      production_clones     = "allow"
      protected             = ["orders-*", "tier=gold"]
      regions               = ["eu-west-1", "eu-north-1"]
      required_tags         = { env = "dev", disposable = "yes" }
      source_tag            = "cloned-from"
      tag_key               = "expires"
      time_zone             = "Europe/Madrid"
    }
  }

  assert {
    condition = local.variables == {
      NIGHTSHIFT_CLONES_PER_OWNER      = "3"
      NIGHTSHIFT_CLONES_PER_SOURCE     = "10"
      NIGHTSHIFT_CLONE_CLASS           = "db.t4g.large"
      NIGHTSHIFT_CLONE_CLASSES         = "db.t4g.*,db.serverless"
      NIGHTSHIFT_CLONE_SECURITY_GROUPS = "sg-1,sg-2"
      NIGHTSHIFT_CLONE_SOURCES         = "env=staging"
      NIGHTSHIFT_CLONE_SUBNET_GROUP    = "dev"
      NIGHTSHIFT_DIGEST_LIFTS_CAPS     = "true"
      NIGHTSHIFT_INVOKERS              = "trusted"
      NIGHTSHIFT_MAX_CLONE_ACU         = "4"
      NIGHTSHIFT_MAX_CLONE_MEMBERS     = "1"
      NIGHTSHIFT_MAX_DELETIONS         = "2"
      NIGHTSHIFT_MAX_LEASE_DAYS        = "30"
      NIGHTSHIFT_MODE                  = "apply"
      NIGHTSHIFT_OWNER_OF              = "arn:aws:sts::*:assumed-role/ci/*=platform"
      NIGHTSHIFT_OWNER_TAG             = "team"
      NIGHTSHIFT_PRODUCTION            = "live-*"
      NIGHTSHIFT_PRODUCTION_CLONES     = "allow"
      NIGHTSHIFT_PROTECTED             = "orders-*,tier=gold"
      NIGHTSHIFT_REGIONS               = "eu-north-1,eu-west-1"
      NIGHTSHIFT_REQUIRED_TAGS         = "disposable=yes,env=dev"
      NIGHTSHIFT_SOURCE_TAG            = "cloned-from"
      NIGHTSHIFT_TAG_KEY               = "expires"
      NIGHTSHIFT_TIME_ZONE             = "Europe/Madrid"
    }
    error_message = "The variables are ${jsonencode(local.variables)}."
  }
}

run "every_alarm_leads_to_a_paragraph_of_the_runbook" {
  command = plan

  variables {
    report_bucket = { name = "reports" }
  }

  assert {
    condition = length(setsubtract(
      values(module.alarms.runbooks),
      [
        for line in split("\n", file("../../../docs/runbook.md")) :
        replace(lower(trimprefix(line, "## ")), " ", "-") if startswith(line, "## ")
      ]
    )) == 0
    error_message = "An alarm leads to a paragraph that docs/runbook.md does not have: ${jsonencode(module.alarms.runbooks)}"
  }
}
