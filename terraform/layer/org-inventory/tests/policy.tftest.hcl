# The role's policy, as the real provider renders it, statement by statement: sid | actions | resources | conditions.
# No call is made: the account is given here.

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
  package     = { path = "../../fixtures/x86_64/org-inventory/bootstrap.zip" }
}

run "in_plan_mode_the_role_reads_and_keeps_its_snapshot" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        statement.Sid,
        length(flatten([statement.Action])) > 5 ? "${length(statement.Action)} of organizations" : join(" ", sort(flatten([statement.Action]))),
        join(" ", sort(flatten([statement.Resource]))),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "ReadTheOrganisation | 20 of organizations | * | ",
      "ReadTagsOfTheOrganisationAtOnce | tag:GetResources | * | ",
      "ReadAndKeepSnapshots | s3:GetObject s3:PutObject | arn:aws:s3:::nightshift-dev-org-inventory-111122223333/organization/* | ",
      "KnowWhetherThereIsOne | s3:ListBucket | arn:aws:s3:::nightshift-dev-org-inventory-111122223333 | StringLikeIfExists(s3:prefix ,organization/*)",
    ]
    error_message = "The role is: ${data.aws_iam_policy_document.job.json}"
  }

  assert {
    condition = alltrue([
      for action in flatten([for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : statement.Action]) :
      can(regex("^(organizations:(Describe|List)|tag:Get|s3:(Get|List|Put)Object|s3:ListBucket)", action))
    ])
    error_message = "Something is more than reading: ${data.aws_iam_policy_document.job.json}"
  }
}

run "in_apply_mode_it_also_writes_the_table_of_its_own" {
  command = plan

  variables {
    mode   = "apply"
    policy = { accounts_table = true }
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement : join(" | ", [
        statement.Sid,
        length(flatten([statement.Action])) > 5 ? "${length(statement.Action)} of organizations" : join(" ", sort(flatten([statement.Action]))),
        join(" ", sort(flatten([statement.Resource]))),
        join(" ", flatten([
          for test, keys in try(statement.Condition, {}) :
          [for key, values in keys : "${test}(${key} ${join(",", sort(flatten([values])))})"]
        ])),
      ])
      ] == [
      "ReadTheOrganisation | 20 of organizations | * | ",
      "ReadTagsOfTheOrganisationAtOnce | tag:GetResources | * | ",
      "ReadAndKeepSnapshots | s3:GetObject s3:PutObject | arn:aws:s3:::nightshift-dev-org-inventory-111122223333/organization/* | ",
      "KnowWhetherThereIsOne | s3:ListBucket | arn:aws:s3:::nightshift-dev-org-inventory-111122223333 | StringLikeIfExists(s3:prefix ,organization/*)",
      "ReadTheTableOfAccounts | dynamodb:BatchGetItem dynamodb:Scan | arn:aws:dynamodb:eu-west-1:111122223333:table/nightshift-dev-org-inventory-accounts | ",
      "WriteTheTableOfAccounts | dynamodb:BatchWriteItem dynamodb:DeleteItem | arn:aws:dynamodb:eu-west-1:111122223333:table/nightshift-dev-org-inventory-accounts | ",
    ]
    error_message = "The role is: ${data.aws_iam_policy_document.job.json}"
  }
}

run "a_key_of_yours_is_used_for_its_snapshots_alone" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  }

  assert {
    condition = [
      for statement in jsondecode(data.aws_iam_policy_document.job.json).Statement :
      statement.Condition.StringLike["kms:EncryptionContext:aws:s3:arn"] if statement.Sid == "UseTheKeyOfSnapshots"
      ] == [[
        "arn:aws:s3:::nightshift-dev-org-inventory-111122223333",
        "arn:aws:s3:::nightshift-dev-org-inventory-111122223333/organization/*",
    ]]
    error_message = "The role is: ${data.aws_iam_policy_document.job.json}"
  }
}
