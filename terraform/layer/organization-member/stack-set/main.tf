# The member roles of one job in every account of some units: a StackSet whose template has the very documents of the module
# organization-member, with the account's number left to CloudFormation.

locals {
  name    = "${var.project}-${var.environment}-${var.job}-member"
  tags    = merge(var.tags, { component = "${var.job}-member" })
  account = "$${AWS::AccountId}"
  within  = "/\"([^\"]*\\$\\{AWS::AccountId\\}[^\"]*)\"/"

  boundary = { for name in compact([var.permissions_boundary]) : "PermissionsBoundary" => "arn:${var.account.partition}:iam::${local.account}:policy/${name}" }

  resources = {
    for kind, role in module.documents.roles : "${title(kind)}Role" => {
      Type = "AWS::IAM::Role"
      Properties = merge({
        AssumeRolePolicyDocument = jsondecode(role.trust)
        Description              = role.description
        MaxSessionDuration       = 3600
        Path                     = role.path
        Policies                 = [{ PolicyName = "job", PolicyDocument = jsondecode(role.policy) }]
        RoleName                 = role.name
        Tags                     = [for key in sort(keys(local.tags)) : { Key = key, Value = local.tags[key] }]
      }, local.boundary)
    }
  }

  # CloudFormation knows the account, so every text that names it becomes a Fn::Sub.
  template = replace(
    jsonencode({
      AWSTemplateFormatVersion = "2010-09-09"
      Description              = "Roles that the workers of ${var.project} assume for ${var.job}; rendered by Terraform"
      Resources                = local.resources
    }),
    local.within,
    "{\"Fn::Sub\":\"$1\"}",
  )
}

module "documents" {
  source = "../documents"

  account            = merge(var.account, { id = local.account })
  applies            = var.applies
  environment        = var.environment
  external_id        = var.external_id
  job                = var.job
  members_are_marked = var.members_are_marked
  organization_id    = var.organization_id
  policy             = var.policy
  project            = var.project
  regions            = var.regions
  workers            = var.workers
}

module "stack_set" {
  source = "../../../aws/stack-set"

  call_as           = var.call_as
  description       = "Roles that ${var.project}-${var.environment} assumes for ${var.job}"
  excluded_accounts = var.excluded_accounts
  name              = local.name
  region            = var.account.region
  tags              = local.tags
  template          = local.template
  unit_ids          = var.unit_ids
}
