# What each part may do, as the real provider renders it: sid | actions | resources | conditions. No call is made.

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
    id        = "111122223333"
    partition = "aws"
    region    = "eu-west-1"
  }

  applies    = true
  bucket_arn = "arn:aws:s3:::runs"
  function_arns = {
    apply  = "arn:aws:lambda:eu-west-1:111122223333:function:apply"
    judge  = "arn:aws:lambda:eu-west-1:111122223333:function:judge"
    list   = "arn:aws:lambda:eu-west-1:111122223333:function:list"
    plan   = "arn:aws:lambda:eu-west-1:111122223333:function:plan"
    report = "arn:aws:lambda:eu-west-1:111122223333:function:report"
  }
  job             = "cluster-cleanup"
  machine_name    = "run"
  organization_id = "o-a1b2c3d4e5"
  roles           = { apply = "nightshift/n-apply", read = "nightshift/n-read" }
}

run "each_part_has_what_it_needs_and_no_more" {
  command = plan

  assert {
    condition = {
      for part, documents in output.policies : part => [
        for statement in flatten([for document in documents : jsondecode(document).Statement]) : join(" | ", [
          "${statement.Effect == "Deny" ? "NOT " : ""}${statement.Sid}",
          join(" ", sort(flatten([statement.Action]))),
          join(" ", sort([for resource in flatten([statement.Resource]) : replace(resource, "arn:aws:s3:::runs/fleet/cluster-cleanup", "…")])),
          join(" ", flatten([for test, keys in try(statement.Condition, {}) : [for key, values in keys : "${key} ${join(",", flatten([values]))}"]])),
        ])
      ]
      } == {
      apply = [
        "BecomeTheRoleOfItsJobAndMode | sts:AssumeRole sts:SetSourceIdentity | arn:aws:iam::*:role/nightshift/n-apply | aws:ResourceOrgID o-a1b2c3d4e5",
        "KeepItsPartOfTheRecord | s3:PutObject | …/*/canary/* …/*/rest/* …/*/spent/* | ",
        "ReadTheRecord | s3:GetObject | …/*/canary/* …/*/rest/* …/*/spent/* | ",
        "NOT NeverWhatMapsLeave | s3:PutObject | …/*/results/* | ",
      ]
      judge = [
        "KeepItsPartOfTheRecord | s3:PutObject | …/*/canary-items.json …/*/rest-items.json …/*/verdict-canary.json …/*/verdict.json | ",
        "ReadTheRecord | s3:GetObject | …/*/canary-items.json …/*/choice.json …/*/items.json …/*/results/* …/*/verdict.json | ",
      ]
      list = [
        "ReadTheOrganisation | organizations:DescribeOrganization organizations:DescribeOrganizationalUnit organizations:ListAccounts organizations:ListAccountsForParent organizations:ListOrganizationalUnitsForParent organizations:ListParents organizations:ListRoots organizations:ListTagsForResource tag:GetResources | * | ",
        "SeeWhetherAnotherRunGoesOn | states:ListExecutions | arn:aws:states:eu-west-1:111122223333:stateMachine:run | ",
        "KeepItsPartOfTheRecord | s3:PutObject | …/*/choice.json …/*/items.json | ",
        "ReadTheRecord | s3:GetObject | …/*/choice.json …/*/report.json | ",
        "KnowWhatIsThere | s3:ListBucket | arn:aws:s3:::runs | s3:prefix fleet/cluster-cleanup/*",
      ]
      plan = [
        "BecomeTheRoleOfItsJobAndMode | sts:AssumeRole sts:SetSourceIdentity | arn:aws:iam::*:role/nightshift/n-read | aws:ResourceOrgID o-a1b2c3d4e5",
        "KeepItsPartOfTheRecord | s3:PutObject | …/*/plan/* | ",
        "ReadTheRecord | s3:GetObject | …/*/plan/* | ",
        "NOT NeverWhatMapsLeave | s3:PutObject | …/*/results/* | ",
      ]
      report = [
        "KeepItsPartOfTheRecord | s3:PutObject | …/*/report.html …/*/report.json | ",
        "ReadTheRecord | s3:GetObject | …/*/canary-items.json …/*/canary/* …/*/choice.json …/*/items.json …/*/plan/* …/*/report.json …/*/rest-items.json …/*/rest/* …/*/results/* …/*/spent/* …/*/verdict-canary.json …/*/verdict.json | ",
        "KnowWhatIsThere | s3:ListBucket | arn:aws:s3:::runs | s3:prefix fleet/cluster-cleanup/*",
      ]
    }
    error_message = jsonencode(output.policies)
  }

  assert {
    condition = { for statement in jsondecode(output.machine).Statement : statement.Sid => join(" ", sort(flatten([statement.Action]))) } == {
      CallTheParts          = "lambda:InvokeFunction"
      ReadTheListsOfItems   = "s3:GetObject"
      WriteTheResultsOfMaps = "s3:AbortMultipartUpload s3:GetObject s3:ListMultipartUploadParts s3:PutObject"
    }
    error_message = output.machine
  }
}

run "a_run_that_plans_knows_no_role_that_changes" {
  command = plan

  variables {
    applies = false
  }

  assert {
    condition     = !strcontains(jsonencode(output.policies), "n-apply") && !strcontains(output.machine, "function:apply") && !contains(keys(output.policies), "apply")
    error_message = "${jsonencode(output.policies)} ${output.machine}"
  }
}

run "a_key_of_yours_is_used_for_the_record_alone" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/11112222-3333-4444-5555-666677778888"
  }

  assert {
    condition = alltrue([
      for part, documents in output.policies : one([
        for statement in flatten([for document in documents : jsondecode(document).Statement]) :
        statement.Condition.StringLike["kms:EncryptionContext:aws:s3:arn"] if statement.Sid == "UseTheKeyOfTheRecord"
      ]) == ["arn:aws:s3:::runs", "arn:aws:s3:::runs/fleet/cluster-cleanup/*"]
    ])
    error_message = jsonencode(output.policies)
  }
}

run "a_member_role_is_one_role" {
  command = plan

  variables {
    roles = { apply = "nightshift/*", read = "nightshift/n-read" }
  }

  expect_failures = [var.roles]
}

run "who_reads_is_not_who_changes" {
  command = plan

  variables {
    roles = { apply = "nightshift/n", read = "nightshift/n" }
  }

  expect_failures = [var.roles]
}

# A star in a resource goes over slashes: whoever could write what a map leaves could answer for other accounts.
run "no_worker_writes_what_a_map_leaves" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for part in ["apply", "plan"] : [
        for key in concat(["SUCCEEDED_0.json", "1/SUCCEEDED_0.json"], [for phase in ["canary", "plan", "rest", "spent"] : "${phase}/manifest.json"]) : anytrue([
          for statement in flatten([for document in output.policies[part] : jsondecode(document).Statement]) : anytrue([
            for resource in flatten([statement.Resource]) :
            can(regex("^${replace(replace(resource, ".", "\\."), "*", ".*")}$", "arn:aws:s3:::runs/fleet/cluster-cleanup/night/results/map-rest/${key}"))
          ]) if statement.Effect == "Deny"
        ])
      ]
    ]))
    error_message = "A worker may write the results of a map."
  }
}
