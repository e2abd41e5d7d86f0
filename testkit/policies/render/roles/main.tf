# The roles of a fleet with everything switched on, in one account of one partition. What a queue or topic is called is given here,
# because Terraform would know it only afterwards.

locals {
  prefix = "arn:${var.account.partition}"
  here   = "${var.account.region}:${var.account.id}"
  key    = "${local.prefix}:kms:${local.here}:key/11111111-2222-3333-4444-555555555555"
  queue  = { arn = "${local.prefix}:sqs:${local.here}:dead-letters" }

  # A run of cluster-cleanup through an organisation, whose member roles lie in other accounts.
  fleet        = "nightshift-dev-cluster-cleanup-fleet"
  member       = merge(var.account, { id = "222233334444" })
  organization = "o-a1b2c3d4e5"
}

module "run_access" {
  source = "../../../../terraform/aws/run-access"

  account = var.account
  applies = true
  job     = "cluster-cleanup"

  notices = {
    mail_configuration_set   = "company"
    mail_from                = "nightshift@dev.example.com"
    mail_sandbox_recipients  = ["ops@example.org"]
    operators_mail           = ["ops@example.org"]
    slack_secret_id          = "hook"
    slack_secret_kms_key_arn = local.key
    sns_topic_arn            = "${local.prefix}:sns:${local.here}:notices"
    sns_topic_kms_key_arn    = local.key
  }

  report_bucket = { kms_key_arn = local.key, name = "reports" }
}

module "cluster_cleanup" {
  source = "../../../../terraform/layer/cluster-cleanup/access"

  account            = var.account
  applies            = true
  members_are_marked = true
  regions            = [var.account.region, var.second_region]

  policy = {
    deletion_protection = "override"
    protected           = ["Orders-*", "tier=gold", "${local.prefix}:rds:*:*:cluster:ledger", "${local.prefix}:rds:*:*:cluster:*vault*", "${local.prefix}:rds:*:*:cluster-snapshot:nightshift-archive-*", "nightshift-kept-*"]
    required_tags       = { env = "dev" }
    stopped_clusters    = "start"
    tag_key             = "auto-delete-after"
  }
}

module "cluster_cleanup_plan" {
  source = "../../../../terraform/layer/cluster-cleanup/access"

  account = var.account
  applies = false
  policy  = { required_tags = { env = "dev" }, tag_key = "auto-delete-after" }
  regions = [var.account.region]
}

module "cluster_clone" {
  source = "../../../../terraform/layer/cluster-clone/access"

  account      = var.account
  applies      = true
  kms_key_arns = [local.key]
  policy       = { protected = ["payments", "tier=gold"], required_tags = { env = "dev" }, tag_key = "auto-delete-after" }
  regions      = [var.account.region, var.second_region]
}

module "ownership" {
  source = "../../../../terraform/layer/cluster-clone/ownership"

  account    = var.account
  production = { env = ["prod*"] }
}

module "key_rotation" {
  source = "../../../../terraform/layer/key-rotation/access"

  account     = var.account
  applies     = true
  leaked_keys = true

  policy = {
    exclude                = ["path:/admin/*", "break-glass", "tag:team=security*"]
    secret_kms_key_arn     = local.key
    secret_prefix          = "/aws/iam/credentials/"
    secret_replica_regions = [var.second_region]
  }
}

module "db_users" {
  source = "../../../../terraform/layer/db-users/access"

  account                = var.account
  applies                = true
  kms_key_arns           = [local.key]
  regions                = [var.account.region]
  rotation_function_arns = ["${local.prefix}:lambda:${local.here}:function:rotate"]
  secrets                = { masters = ["prod/app-master"], users = ["prod/app-*", "legacy"] }
}

module "org_inventory" {
  source = "../../../../terraform/layer/org-inventory/access"

  applies     = true
  bucket_arn  = "${local.prefix}:s3:::snapshots"
  kms_key_arn = local.key
  prefix      = "organization/"
  table_arn   = "${local.prefix}:dynamodb:${local.here}:table/accounts"
  writes      = true
}

module "org_inventory_plan" {
  source = "../../../../terraform/layer/org-inventory/access"

  applies    = false
  bucket_arn = "${local.prefix}:s3:::snapshots"
  prefix     = "organization/"
  table_arn  = "${local.prefix}:dynamodb:${local.here}:table/accounts"
  writes     = true
}

module "secret_rotation" {
  source = "../../../../terraform/layer/secret-rotation/access"

  account      = var.account
  function_arn = "${local.prefix}:lambda:${local.here}:function:rotate"
  kms_key_arns = [local.key]
  secrets      = { masters = ["prod/app-master"], users = ["prod/app-*", "legacy"] }
}

module "function" {
  source = "../../../../terraform/aws/lambda-function"

  account           = var.account
  dead_letter_queue = local.queue
  description       = "Rendered"
  kms_key_arn       = local.key
  name              = "nightshift-dev-job"
  package           = { path = "../../../terraform/fixtures/x86_64/cluster-cleanup/bootstrap.zip" }
  policy            = "{}"
  vpc               = { security_group_ids = ["sg-1"], subnet_ids = ["subnet-1"] }
}

module "schedule" {
  source = "../../../../terraform/aws/schedule"

  account           = var.account
  dead_letter_queue = local.queue
  description       = "Rendered"
  expression        = "rate(1 day)"
  kms_key_arn       = local.key
  name              = "nightshift-dev-job"
  target            = { arn = "${local.prefix}:lambda:${local.here}:function:nightshift-dev-job" }
}

module "deployer" {
  source = "../../../../terraform/bootstrap/access"

  account         = var.account
  kms_key_arns    = [local.key]
  log_groups      = ["/company/nightshift"]
  packages_bucket = "packages"
  project         = "nightshift"
  senders         = ["nightshift@example.com"]
  state_bucket    = "state"
}

module "forward" {
  source = "../../../../terraform/aws/event-forward"

  account               = var.account
  dead_letter_queue_arn = local.queue.arn
  description           = "Rendered"
  name                  = "nightshift-dev-job-forward"
  pattern               = jsonencode({ source = ["aws.health"] })
  region                = var.account.region
}

module "organization" {
  source = "../../../../terraform/layer/organization/access"

  account         = var.account
  applies         = true
  bucket_arn      = "${local.prefix}:s3:::runs"
  function_arns   = { for part in ["apply", "judge", "list", "plan", "report"] : part => "${local.prefix}:lambda:${local.here}:function:${local.fleet}-${part}" }
  job             = "cluster-cleanup"
  kms_key_arn     = local.key
  machine_name    = local.fleet
  organization_id = local.organization
  roles           = { for kind in ["apply", "read"] : kind => "nightshift/nightshift-dev-cluster-cleanup-${kind}" }
}

module "machine" {
  source = "../../../../terraform/aws/state-machine/access"

  account     = var.account
  distributes = true
  name        = local.fleet
}

module "run_schedule" {
  source = "../../../../terraform/aws/schedule"

  account     = var.account
  description = "Rendered"
  expression  = "rate(1 day)"
  name        = local.fleet
  target      = { action = "states:StartExecution", arn = "${local.prefix}:states:${local.here}:stateMachine:${local.fleet}" }
}

module "member" {
  source = "../../../../terraform/layer/organization-member/documents"

  account         = local.member
  applies         = true
  environment     = "dev"
  external_id     = "a-long-number-7d41"
  job             = "cluster-cleanup"
  organization_id = local.organization
  policy          = { required_tags = { env = "dev" } }
  regions         = [var.account.region]

  workers = {
    apply = "${local.prefix}:iam::${var.account.id}:role/${local.fleet}-apply"
    read  = "${local.prefix}:iam::${var.account.id}:role/${local.fleet}-plan"
  }
}

# The same of key-rotation: other documents, and other workers.
module "member_keys" {
  source = "../../../../terraform/layer/organization-member/documents"

  account         = local.member
  applies         = true
  environment     = "dev"
  external_id     = "a-long-number-7d41"
  job             = "key-rotation"
  organization_id = local.organization
  policy          = { exclude = ["break-glass"], include = ["break-glass", "ci"] }

  workers = {
    apply = "${local.prefix}:iam::${var.account.id}:role/nightshift-dev-key-rotation-fleet-apply"
    read  = "${local.prefix}:iam::${var.account.id}:role/nightshift-dev-key-rotation-fleet-plan"
  }
}

# What a developer may have from elsewhere.
data "aws_iam_policy_document" "anyhow" {
  statement {
    sid       = "EverythingInRds"
    actions   = ["rds:*"]
    resources = ["*"]
  }
}

output "resources" {
  description = "The policy (JSON) of each resource that has one, by what it is."
  value = merge(
    { for kind, role in module.member.roles : "member-${kind}" => role.trust },
    { for kind, role in module.member_keys.roles : "member-keys-${kind}" => role.trust },
    { state-bucket = module.deployer.state_bucket },
  )
}

output "roles" {
  description = "The policies (JSON) of each role."
  value = merge({ for kind, role in module.member.roles : "in-member-${kind}" => [role.policy] }, { for kind, role in module.member_keys.roles : "in-member-keys-${kind}" => [role.policy] }, {
    cluster-cleanup      = concat(module.cluster_cleanup.policies, module.run_access.policies)
    cluster-cleanup-plan = module.cluster_cleanup_plan.policies
    cluster-clone        = module.cluster_clone.policies
    db-users             = module.db_users.policies
    deployer             = [module.deployer.deployer]
    developer            = [for name in ["look", "extend", "delete"] : module.ownership.per_command[name]]
    developer-anyhow     = [module.ownership.per_command.never, data.aws_iam_policy_document.anyhow.json]
    fleet-apply          = module.organization.policies["apply"]
    fleet-judge          = module.organization.policies["judge"]
    fleet-list           = module.organization.policies["list"]
    fleet-machine        = [module.organization.machine, module.machine.platform]
    fleet-plan           = module.organization.policies["plan"]
    fleet-report         = module.organization.policies["report"]
    fleet-schedule       = [module.run_schedule.policy]
    forward              = [module.forward.policy]
    function             = [module.function.platform_policy]
    key-rotation         = module.key_rotation.policies
    org-inventory        = module.org_inventory.policies
    org-inventory-plan   = module.org_inventory_plan.policies
    schedule             = [module.schedule.policy]
    secret-rotation      = module.secret_rotation.policies
  })
}
