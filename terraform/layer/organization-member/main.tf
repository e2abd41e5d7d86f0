# The member roles of one job in one account, which workers of the layer organization assume: one to read, one to read and change. For the
# accounts that the StackSet does not reach, the management account above all.

module "documents" {
  source = "./documents"

  account            = var.account
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

module "role" {
  source   = "../../aws/role"
  for_each = toset(concat(["read"], var.applies ? ["apply"] : []))

  description              = module.documents.roles[each.key].description
  name                     = module.documents.roles[each.key].name
  path                     = module.documents.roles[each.key].path
  permissions_boundary_arn = var.permissions_boundary_arn
  policy                   = module.documents.roles[each.key].policy
  policy_hint              = "protected or required_tags of policy, or exclude and include"
  tags                     = merge(var.tags, { component = "${var.job}-member" })
  trust                    = module.documents.roles[each.key].trust
}
