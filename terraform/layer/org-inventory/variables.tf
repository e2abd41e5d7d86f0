variable "account" {
  type = object({
    dns_suffix = string
    id         = string
    partition  = string
    region     = string
  })
  description = "Where this lies: the output of the module account."
  nullable    = false
}

variable "alarms" {
  type = object({
    actions       = optional(list(string), [])
    no_run_hours  = optional(number, 26)
    standing_days = optional(number, 3)
  })
  description = "Where alarms are sent (ARNs), after how many hours without a finished run one is raised, and how many days no snapshot may be kept."
  default     = {}
  nullable    = false
}

variable "architecture" {
  type        = string
  description = "Instruction set the archive was built for: x86_64 or arm64."
  default     = "x86_64"
  nullable    = false
}

variable "code_signing_config_arn" {
  type        = string
  description = "ARN of a code signing configuration of Lambda: the function takes only archives signed by one of its profiles. None by default: any archive."
  default     = null

  validation {
    condition     = var.code_signing_config_arn == null || can(regex("^arn:[^:]+:lambda:[^:]+:\\d{12}:code-signing-config:csc-[0-9a-f]+$", var.code_signing_config_arn))
    error_message = "code_signing_config_arn is the ARN of a code signing configuration: arn:aws:lambda:REGION:ACCOUNT:code-signing-config:csc-ID."
  }
}

variable "environment" {
  type        = string
  description = "Name of the environment, a part of every name."
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.environment))
    error_message = "The environment's name has lower case letters, digits and dashes, such as dev."
  }
}

variable "events" {
  type = object({
    enabled               = optional(bool, true)
    management_account_id = optional(string)
  })
  description = "Whether it hears of changes at once. management_account_id: where the function is elsewhere, the account whose rule hands events on (the module management); its bus here is opened to that account."
  default     = {}
  nullable    = false

  validation {
    condition     = var.events.management_account_id == null || can(regex("^\\d{12}$", var.events.management_account_id))
    error_message = "management_account_id has twelve digits."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of a KMS key for log, environment variables, queue, schedule and bucket; the table is left to a key of DynamoDB; its policy must let those services use it. Null leaves each to a key of AWS."
  default     = null
}

variable "log_group" {
  type        = string
  description = "Name of a log group that is there already and is to be used. Null makes /aws/lambda/<name>."
  default     = null
}

variable "log_retention_days" {
  type        = number
  description = "Days the log is kept. It is the record of what changed, and when."
  default     = 365
  nullable    = false
}

variable "mode" {
  type        = string
  description = "plan: the function reads, and keeps its snapshot. apply: it also tells the operators and writes the table of the accounts."
  default     = "plan"
  nullable    = false

  validation {
    condition     = contains(["plan", "apply"], var.mode)
    error_message = "The mode is plan or apply."
  }
}

variable "notices" {
  type        = any
  description = "Who is told, and how: notices of the module run-access, the variables of docs/notices.md. The role may mail, publish or read the webhook's secret only where the entry for it is set, and only in apply mode."
  default     = {}
  nullable    = false
}

variable "package" {
  type        = any
  description = "The function's archive, as the module lambda-function takes it: { path = \"target/lambda/x86_64/org-inventory/bootstrap.zip\" }, or { s3_bucket, s3_key } of one in S3."
  nullable    = false
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary for the roles, where the account demands one."
  default     = null
}

variable "policy" {
  type = object({
    accounts_table     = optional(bool, false)
    digest_lifts_caps  = optional(bool)
    effective_policies = optional(string)
    max_deletions      = optional(number)
    owner_tag          = optional(string)
    rate_percent       = optional(number)
    snapshot_keep_days = optional(number, 400)
    snapshot_prefix    = optional(string, "organization/")
    time_zone          = optional(string)
    whole_reading_days = optional(number)
  })
  description = "What is kept and how it is read: the variables of docs/org-inventory.md, by their names without NIGHTSHIFT_. accounts_table makes a table of the accounts; snapshot_keep_days is how long old versions stay. What is left out keeps the function's own default."
  default     = {}
  nullable    = false

  validation {
    condition     = can(regex("^([A-Za-z0-9._-]+/)+$", var.policy.snapshot_prefix)) && !strcontains(var.policy.snapshot_prefix, "..")
    error_message = "snapshot_prefix has letters, digits and -_. between slashes, with one at the end."
  }

  validation {
    condition     = contains(["shared", "exact", "none"], coalesce(var.policy.effective_policies, "shared"))
    error_message = "effective_policies is shared, exact or none."
  }

  validation {
    condition     = coalesce(var.policy.rate_percent, 50) >= 1 && coalesce(var.policy.rate_percent, 50) <= 100
    error_message = "rate_percent is 1 to 100: of the rates AWS publishes, others draw on the rest."
  }
}

variable "project" {
  type        = string
  description = "First part of every name."
  default     = "nightshift"
  nullable    = false
}

variable "report_bucket" {
  type = object({
    kms_key_arn = optional(string)
    name        = string
  })
  description = "Bucket of the function's own Region that keeps each run's report, and the key it encrypts with if that is one of yours."
  default     = null
}

variable "reserved_concurrency" {
  type        = number
  description = "Runs at the same time, taken from the account's pool; 0 stops the function, -1 reserves none. Runs that overlap are safe, and share AWS's rates."
  default     = -1
  nullable    = false
}

variable "runbook_url" {
  type        = string
  description = "Where docs/runbook.md can be read; alarms link to its paragraphs."
  default     = "docs/runbook.md"
  nullable    = false
}

variable "schedule" {
  type = object({
    enabled        = optional(bool, true)
    expression     = optional(string, "cron(0 1 * * ? *)")
    time_zone      = optional(string, "UTC")
    window_minutes = optional(number, 15)
  })
  description = "When it looks: nightly at one unless said otherwise, within the window's minutes."
  default     = {}
  nullable    = false
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything here, beside component."
  default     = {}
  nullable    = false
}

variable "vpc" {
  type = object({
    security_group_ids = list(string)
    subnet_ids         = list(string)
  })
  description = "Network to stand in. The function needs none; in one, it needs endpoints for STS, S3, DynamoDB and Logs, and a way to Organizations in us-east-1, such as NAT."
  default     = null
}
