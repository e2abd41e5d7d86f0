variable "platform" {
  type = object({
    architecture            = optional(string, "x86_64")
    code_signing_config_arn = optional(string)
    kms_key_arn             = optional(string)
    log_groups              = optional(map(string), {})
    log_retention_days      = optional(number, 365)
    packages = optional(object({
      directory = optional(string, "../../../target/lambda")
      s3_bucket = optional(string)
      s3_prefix = optional(string, "")
    }), {})
    permissions_boundary_arn = optional(string)
    report_bucket = optional(object({
      kms_key_arn = optional(string)
      name        = string
    }))
    reserved_concurrency = optional(map(number), {})
    runbook_url          = optional(string, "docs/runbook.md")
    tags                 = optional(map(string), {})
    vpc = optional(object({
      security_group_ids = list(string)
      subnet_ids         = list(string)
    }))
  })
  description = "What all functions stand on. architecture: x86_64 or arm64. code_signing_config_arn: of Lambda, in this Region; every function then takes only archives signed by one of its profiles. kms_key_arn: a key of yours for logs, environment variables, queues, schedules and the topic of alarms. log_groups: names of log groups that are there already, by function. packages: the folder, or the bucket and prefix, below which <architecture>/<function>/bootstrap.zip lies. permissions_boundary_arn: for every role. report_bucket: keeps each run's report, and is of this Region. reserved_concurrency: by function; without, nothing is taken from the account's pool. runbook_url: where docs/runbook.md can be read. tags: of everything. vpc: for every function."
  default     = {}
  nullable    = false

  # An alias is nothing IAM goes by: schedules and queues that are encrypted with it would fail without a word.
  validation {
    condition     = var.platform.kms_key_arn == null || can(regex("^arn:[^:]+:kms:[^:]+:\\d{12}:key/[^*?]+$", var.platform.kms_key_arn))
    error_message = "kms_key_arn of platform is the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID, and of no alias."
  }

  validation {
    condition     = contains(["x86_64", "arm64"], var.platform.architecture)
    error_message = "architecture of platform is x86_64 or arm64, as in `cargo xtask package --arch`."
  }

  validation {
    condition = length(setsubtract(
      concat(keys(var.platform.log_groups), keys(var.platform.reserved_concurrency)),
      ["cluster-cleanup", "db-users", "key-rotation", "secret-rotation"],
    )) == 0
    error_message = "log_groups and reserved_concurrency of platform go by the name of a function: cluster-cleanup, db-users, key-rotation or secret-rotation."
  }
}
