# The roles as the real provider renders them. No call is made: the account is given here.

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
    id         = "444455556666"
    partition  = "aws"
    region     = "eu-west-1"
  }

  applies         = true
  environment     = "prod"
  external_id     = "a-long-number-7d41"
  job             = "cluster-cleanup"
  organization_id = "o-a1b2c3d4e5"
  policy          = { protected = ["orders-*"], required_tags = { env = "dev", disposable = "yes" } }
  regions         = ["eu-west-1", "us-east-1"]
  workers = {
    apply = "arn:aws:iam::111122223333:role/nightshift-prod-cluster-cleanup-fleet-apply"
    read  = "arn:aws:iam::111122223333:role/nightshift-prod-cluster-cleanup-fleet-plan"
  }
}

run "the_policies_are_those_of_the_single_account_layer" {
  command = plan

  module {
    source = "../cluster-cleanup/access"
  }

  variables {
    policy = { protected = ["orders-*"], required_tags = { env = "dev", disposable = "yes" }, tag_key = "auto-delete-after" }
  }

  assert {
    condition     = length(output.policies) == 2
    error_message = "The single-account layer has another number of documents."
  }
}

run "each_worker_has_its_own_role" {
  command = plan

  assert {
    condition     = keys(module.documents.roles) == ["apply", "read"]
    error_message = jsonencode(module.documents.roles)
  }

  assert {
    condition     = jsondecode(module.documents.roles.read.policy).Statement == jsondecode(run.the_policies_are_those_of_the_single_account_layer.policies[0]).Statement
    error_message = "${module.documents.roles.read.policy} is not ${run.the_policies_are_those_of_the_single_account_layer.policies[0]}"
  }

  assert {
    condition     = jsondecode(module.documents.roles.apply.policy).Statement == concat([for document in run.the_policies_are_those_of_the_single_account_layer.policies : jsondecode(document).Statement]...)
    error_message = "${module.documents.roles.apply.policy} is not ${jsonencode(run.the_policies_are_those_of_the_single_account_layer.policies)}"
  }

  assert {
    condition = {
      for kind, role in module.documents.roles : kind => one(distinct([for statement in jsondecode(role.trust).Statement : statement.Principal.AWS]))
      } == {
      apply = "arn:aws:iam::111122223333:role/nightshift-prod-cluster-cleanup-fleet-apply"
      read  = "arn:aws:iam::111122223333:role/nightshift-prod-cluster-cleanup-fleet-plan"
    }
    error_message = jsonencode(module.documents.roles)
  }

  assert {
    condition = alltrue([
      for role in values(module.documents.roles) : {
        for statement in jsondecode(role.trust).Statement : statement.Action => statement.Condition
        } == {
        "sts:AssumeRole" = {
          StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5", "sts:ExternalId" = "a-long-number-7d41" }
          StringLike   = { "sts:SourceIdentity" = "?*" }
        }
        "sts:SetSourceIdentity" = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
      }
    ])
    error_message = jsonencode(module.documents.roles)
  }

  assert {
    condition     = { for kind, role in module.documents.roles : kind => "${role.path}${role.name}" } == { apply = "/nightshift/nightshift-prod-cluster-cleanup-apply", read = "/nightshift/nightshift-prod-cluster-cleanup-read" }
    error_message = "The worker would not find them."
  }
}

run "a_run_that_plans_has_no_role_that_applies" {
  command = plan

  variables {
    applies = false
    workers = { read = "arn:aws:iam::111122223333:role/nightshift-prod-cluster-cleanup-fleet-plan" }
  }

  assert {
    condition     = keys(module.role) == ["read"]
    error_message = jsonencode(keys(module.role))
  }
}

run "the_role_that_reads_only_reads" {
  command = plan

  variables {
    job     = "key-rotation"
    regions = []
    policy  = {}
  }

  assert {
    condition = alltrue([
      for action in flatten([for statement in jsondecode(module.documents.roles.read.policy).Statement : statement.Action]) :
      can(regex(":(Describe|Get|List)", action)) && action != "secretsmanager:GetSecretValue"
    ])
    error_message = module.documents.roles.read.policy
  }
}

run "for_keys_the_policies_are_those_of_the_single_account_layer_too" {
  command = plan

  module {
    source = "../key-rotation/access"
  }

  variables {
    leaked_keys = false
    policy      = { exclude = ["path:/admin/*"], secret_prefix = "/aws/iam/credentials/" }
  }

  assert {
    condition     = length(output.policies) == 2
    error_message = "The single-account layer has another number of documents."
  }
}

run "keys_are_rotated_within_the_same_bounds" {
  command = plan

  variables {
    job     = "key-rotation"
    regions = []
    policy  = { exclude = ["path:/admin/*"] }
  }

  assert {
    condition     = jsondecode(module.documents.roles.apply.policy).Statement == concat([for document in run.for_keys_the_policies_are_those_of_the_single_account_layer_too.policies : jsondecode(document).Statement]...)
    error_message = module.documents.roles.apply.policy
  }
}

run "seventeen_regions_and_forty_protections_fit_into_a_role" {
  command = plan

  variables {
    policy = {
      deletion_protection = "override"
      protected           = [for number in range(40) : "orders-prod-${number}*"]
      required_tags       = { env = "dev", disposable = "yes" }
      stopped_clusters    = "start"
    }
    regions = [for number in range(1, 18) : "eu-central-${number}"]
  }

  assert {
    condition     = length(replace(module.documents.roles.apply.policy, "/\\s/", "")) <= 10240 && length(replace(module.documents.roles.apply.trust, "/\\s/", "")) <= 2048
    error_message = "The role has ${length(replace(module.documents.roles.apply.policy, "/\\s/", ""))} characters."
  }
}
