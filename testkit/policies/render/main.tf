# The roles of a fleet with everything switched on, planned and never applied: no call is made. What a queue or topic is
# called is given here, because Terraform would know it only afterwards.

terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80"
    }
  }
}

provider "aws" {
  access_key                  = "none"
  region                      = "eu-west-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

locals {
  account = { dns_suffix = "amazonaws.com", id = "111122223333", partition = "aws", region = "eu-west-1" }
  china   = { dns_suffix = "amazonaws.com.cn", id = "111122223333", partition = "aws-cn", region = "cn-north-1" }
  key     = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
  queue   = { arn = "arn:aws:sqs:eu-west-1:111122223333:dead-letters" }
}

module "run_access" {
  source = "../../../terraform/aws/run-access"

  account = local.account
  applies = true
  job     = "cluster-cleanup"

  notices = {
    mail_configuration_set  = "company"
    mail_from               = "nightshift@dev.example.com"
    mail_sandbox_recipients = ["ops@example.org"]
    operators_mail          = ["ops@example.org"]
    slack_secret_id         = "hook"
    sns_topic_arn           = "arn:aws:sns:eu-west-1:111122223333:notices"
    sns_topic_kms_key_arn   = local.key
  }

  report_bucket = { kms_key_arn = local.key, name = "reports" }
}

module "cluster_cleanup" {
  source = "../../../terraform/layer/cluster-cleanup/access"

  account            = local.account
  applies            = true
  members_are_marked = true
  regions            = ["eu-west-1", "eu-north-1"]

  policy = {
    deletion_protection = "override"
    protected           = ["Orders-*", "tier=gold", "arn:aws:rds:*:*:cluster:ledger", "arn:aws:rds:*:*:cluster:*vault*", "arn:aws:rds:*:*:cluster-snapshot:nightshift-archive-*", "nightshift-kept-*"]
    required_tags       = { env = "dev" }
    stopped_clusters    = "start"
    tag_key             = "auto-delete-after"
  }
}

module "cluster_cleanup_plan" {
  source = "../../../terraform/layer/cluster-cleanup/access"

  account = local.account
  applies = false
  policy  = { required_tags = { env = "dev" }, tag_key = "auto-delete-after" }
  regions = ["eu-west-1"]
}

module "key_rotation" {
  source = "../../../terraform/layer/key-rotation/access"

  account     = local.account
  applies     = true
  leaked_keys = true

  policy = {
    exclude                = ["path:/admin/*", "break-glass", "tag:team=security*"]
    secret_kms_key_arn     = local.key
    secret_prefix          = "/aws/iam/credentials/"
    secret_replica_regions = ["eu-north-1"]
  }
}

module "db_users" {
  source = "../../../terraform/layer/db-users/access"

  account                = local.account
  applies                = true
  kms_key_arns           = [local.key]
  regions                = ["eu-west-1"]
  rotation_function_arns = ["arn:aws:lambda:eu-west-1:111122223333:function:rotate"]
  secrets                = { masters = ["prod/app-master"], users = ["prod/app-*", "legacy"] }
}

module "function" {
  source = "../../../terraform/aws/lambda-function"

  account           = local.account
  dead_letter_queue = local.queue
  description       = "Rendered"
  kms_key_arn       = local.key
  name              = "nightshift-dev-job"
  package           = { path = "../../../terraform/fixtures/x86_64/cluster-cleanup/bootstrap.zip" }
  policy            = "{}"
  vpc               = { security_group_ids = ["sg-1"], subnet_ids = ["subnet-1"] }
}

module "schedule" {
  source = "../../../terraform/aws/schedule"

  account           = local.account
  dead_letter_queue = local.queue
  description       = "Rendered"
  expression        = "rate(1 day)"
  kms_key_arn       = local.key
  name              = "nightshift-dev-job"
  target            = { arn = "arn:aws:lambda:eu-west-1:111122223333:function:nightshift-dev-job" }
}

module "schedule_in_china" {
  source = "../../../terraform/aws/schedule"

  account     = local.china
  description = "Rendered"
  expression  = "rate(1 day)"
  kms_key_arn = "arn:aws-cn:kms:cn-north-1:111122223333:key/11111111-2222-3333-4444-555555555555"
  name        = "nightshift-dev-job"
  target      = { arn = "arn:aws-cn:lambda:cn-north-1:111122223333:function:nightshift-dev-job" }
}

module "deployer" {
  source = "../../../terraform/bootstrap/access"

  account         = local.account
  kms_key_arns    = [local.key]
  log_groups      = ["/company/nightshift"]
  packages_bucket = "packages"
  project         = "nightshift"
  senders         = ["nightshift@example.com"]
  state_bucket    = "state"
}

output "roles" {
  description = "The policies (JSON) of each role."
  value = {
    cluster-cleanup      = concat(module.cluster_cleanup.policies, module.run_access.policies)
    cluster-cleanup-plan = module.cluster_cleanup_plan.policies
    db-users             = module.db_users.policies
    deployer             = [module.deployer.deployer]
    function             = [module.function.platform_policy]
    key-rotation         = module.key_rotation.policies
    schedule             = [module.schedule.policy]
    schedule-in-china    = [module.schedule_in_china.policy]
  }
}
