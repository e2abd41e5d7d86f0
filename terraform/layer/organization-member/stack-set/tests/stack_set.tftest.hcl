# The template, held to the documents of the plain module: with an account's number in the place of CloudFormation's word they are one.

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

  applies         = true
  environment     = "prod"
  external_id     = "a-long-number-7d41"
  job             = "cluster-cleanup"
  organization_id = "o-a1b2c3d4e5"
  policy          = { protected = ["orders-*", "tier=critical"], required_tags = { env = "dev" } }
  regions         = ["eu-west-1", "us-east-1"]
  unit_ids        = ["ou-abcd-11112222"]
  workers = {
    apply = "arn:aws:iam::111122223333:role/nightshift-prod-cluster-cleanup-fleet-apply"
    read  = "arn:aws:iam::111122223333:role/nightshift-prod-cluster-cleanup-fleet-plan"
  }
}

run "a_member" {
  command = plan

  module {
    source = "../documents"
  }

  variables {
    account = { dns_suffix = "amazonaws.com", id = "444455556666", partition = "aws", region = "eu-west-1" }
  }

  assert {
    condition     = keys(output.roles) == ["apply", "read"]
    error_message = jsonencode(output.roles)
  }
}

run "what_the_stack_set_makes_is_what_the_plain_module_makes" {
  command = plan

  assert {
    condition = {
      for kind, role in run.a_member.roles : kind => {
        policy = jsondecode(role.policy)
        trust  = jsondecode(role.trust)
        name   = "${role.path}${role.name}"
      }
      } == {
      for kind in ["apply", "read"] : kind => {
        for properties in [jsondecode(replace(
          replace(local.template, "/\\{\"Fn::Sub\":(\"[^\"]*\")\\}/", "$1"),
          "$${AWS::AccountId}", "444455556666",
          )).Resources["${title(kind)}Role"].Properties] : "all" => {
          policy = properties.Policies[0].PolicyDocument
          trust  = properties.AssumeRolePolicyDocument
          name   = "${properties.Path}${properties.RoleName}"
        }
      }.all
    }
    error_message = local.template
  }

  # Every text with the word in it is handed to CloudFormation to be filled in, and no other.
  assert {
    condition     = length(regexall("AWS::AccountId", local.template)) > 5 && length(regexall("\\{\"Fn::Sub\":\"[^\"]*AWS::AccountId[^\"]*\"\\}", local.template)) == length(regexall("\"[^\"]*AWS::AccountId[^\"]*\"", local.template))
    error_message = local.template
  }

  # A worker is of the account of the run, wherever the role lies.
  assert {
    condition     = strcontains(local.template, "\"arn:aws:iam::111122223333:role/nightshift-prod-cluster-cleanup-fleet-apply\"")
    error_message = local.template
  }
}

run "a_run_that_plans_makes_no_role_that_applies" {
  command = plan

  variables {
    applies = false
    workers = { read = "arn:aws:iam::111122223333:role/nightshift-prod-cluster-cleanup-fleet-plan" }
  }

  assert {
    condition     = keys(jsondecode(local.template).Resources) == ["ReadRole"]
    error_message = local.template
  }
}

run "a_boundary_is_that_of_the_account" {
  command = plan

  variables {
    permissions_boundary = "nightshift-boundary"
  }

  assert {
    condition     = jsondecode(local.template).Resources.ReadRole.Properties.PermissionsBoundary == { "Fn::Sub" = "arn:aws:iam::$${AWS::AccountId}:policy/nightshift-boundary" }
    error_message = local.template
  }
}

run "a_role_that_is_too_long_is_refused_here" {
  command = plan

  variables {
    policy = { protected = [for number in range(110) : "orders-production-number-${number}-*"], required_tags = { env = "dev" } }
  }

  expect_failures = [output.name]
}
