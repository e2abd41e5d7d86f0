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
  description = "Where alarms are sent (ARNs), after how many hours without a finished run one is raised, and how many days a clone may stand unfinished."
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

variable "kms_key_arn" {
  type        = string
  description = "ARN of a KMS key for log, environment variables, queue and schedule; its policy must let those services use it. Null leaves each to a key of AWS."
  default     = null
}

variable "kms_key_arns" {
  type        = list(string)
  description = "ARNs of the keys that sources are encrypted with, where those are yours: whoever clones an encrypted cluster needs its key."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.kms_key_arns : can(regex("^arn:[^:]+:kms:[^:]+:\\d{12}:key/[^*]+$", arn))])
    error_message = "kms_key_arns lists ARNs of keys, arn:aws:kms:REGION:ACCOUNT:key/ID: an alias is nothing IAM goes by."
  }
}

variable "log_group" {
  type        = string
  description = "Name of a log group that is there already and is to be used. Null makes /aws/lambda/<name>."
  default     = null
}

variable "log_retention_days" {
  type        = number
  description = "Days the log is kept. It is the record of what was made for whom, and why."
  default     = 365
  nullable    = false
}

variable "mode" {
  type        = string
  description = "plan: the function only says what it would do, and its role may only read. apply: it makes clones, and takes away what was never handed over."
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
  description = "The function's archive, as the module lambda-function takes it: { path = \"target/lambda/x86_64/cluster-clone/bootstrap.zip\" }, or { s3_bucket, s3_key } of one in S3."
  nullable    = false
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary for the roles, where the account demands one."
  default     = null
}

variable "policy" {
  type = object({
    clone_class           = optional(string)
    clone_classes         = optional(list(string))
    clone_security_groups = optional(list(string))
    clone_sources         = optional(list(string))
    clone_subnet_group    = optional(string)
    clones_per_owner      = optional(number)
    clones_per_source     = optional(number)
    digest_lifts_caps     = optional(bool)
    invokers              = optional(string, "prove")
    max_clone_acu         = optional(number)
    max_clone_members     = optional(number)
    max_deletions         = optional(number)
    max_lease_days        = optional(number)
    owner_of              = optional(map(string), {})
    owner_tag             = optional(string, "owner")
    production            = optional(list(string))
    production_clones     = optional(string, "refuse")
    protected             = optional(list(string), [])
    quarantine = optional(object({
      class                     = optional(string)
      db_address                = optional(string)
      db_ca_file                = optional(string)
      lock_timeout_seconds      = optional(number)
      parameter_group           = string
      rules                     = string
      security_groups           = list(string)
      statement_timeout_seconds = optional(number)
      subnet_group              = optional(string)
    }))
    regions       = optional(list(string))
    required_tags = optional(map(string), { env = "dev" })
    source_tag    = optional(string, "nightshift:source")
    tag_key       = optional(string, "auto-delete-after")
    time_zone     = optional(string)
  })
  description = "What may be made, of what and for whom: the variables of docs/cluster-clone.md, by their names without NIGHTSHIFT_. owner_of is a map of ARNs to owners. quarantine is where clones are anonymised, and by which rules: the outputs of the module quarantine, with the place of the rules. What is left out keeps the function's own default."
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.policy.required_tags) > 0
    error_message = "required_tags is empty: an expiry tag alone is not enough to delete a cluster; name at least one tag."
  }

  validation {
    condition = alltrue([
      for key, value in var.policy.required_tags : key != "" && value != "" && !can(regex("[,*?$=]", "${key}${value}"))
    ])
    error_message = "A required tag has a key and a value, neither with a comma, =, *, ? or $: lists are comma separated, and the rest has a meaning in IAM."
  }

  validation {
    condition     = !can(regex("^(aws|nightshift):|[,*?$]", var.policy.tag_key)) && var.policy.tag_key != ""
    error_message = "tag_key is a tag key that is neither AWS's (aws:) nor this tool's own (nightshift:), without comma, *, ? or $."
  }

  validation {
    condition     = !contains(keys(var.policy.required_tags), var.policy.tag_key)
    error_message = "The expiry tag cannot be one of required_tags: it is the second mark."
  }

  validation {
    condition = alltrue([
      for glob in var.policy.protected :
      can(regex("^(?:[\\p{L}\\p{N}*?_.:/+@\\[\\]-]|\\[[!^])+$", glob)) ||
      can(regex("^(?:[\\p{L}\\p{N}\\p{Z}*?_.:/+@\\[\\]-]|\\[[!^])*=(?:[\\p{L}\\p{N}\\p{Z}*?_.:/=+@\\[\\]-]|\\[[!^])*$", glob))
    ])
    error_message = "An entry of protected is a glob with * and ? over an identifier, an ARN or key=value: letters, digits and _.:/=+-@, spaces only in key=value, no quotes, commas, semicolons or braces."
  }

  validation {
    condition = alltrue([
      for entry in var.policy.protected :
      !can(regex("[\\[\\]]", entry)) && !can(regex("^=|[*?][^=]*=", entry)) && (
        strcontains(entry, "=") || !strcontains(entry, ":") || can(regex("^(?i:arn:(aws[a-z-]*|[*]):rds:[^:]*:[^:]*:(cluster|cluster-snapshot|db):.)", entry))
      )
    ])
    error_message = "An entry of protected is denied to the role as well, and IAM cannot say this one: it has no sets such as [ab], wants the key of a tag in full, and an ARN from its beginning with its kind (cluster, cluster-snapshot or db) spelled out, arn:aws:rds:*:*:cluster:orders-*. Write each name, or use * and ?."
  }

  validation {
    condition     = alltrue([for region in coalesce(var.policy.regions, []) : can(regex("^[a-z]{2,}(-[a-z]+)+-\\d+$", region))])
    error_message = "regions lists names such as eu-west-1: IAM compares them as they are."
  }

  validation {
    condition     = var.policy.regions == null || try(length(var.policy.regions) > 0, false)
    error_message = "regions is empty: leave it out for the function's own Region, or name some."
  }

  validation {
    condition     = contains(["refuse", "allow"], var.policy.production_clones)
    error_message = "production_clones is refuse or allow."
  }

  validation {
    condition     = contains(["prove", "trusted"], var.policy.invokers)
    error_message = "invokers is prove or trusted."
  }

  validation {
    condition     = (var.policy.clone_subnet_group == null) == (length(coalesce(var.policy.clone_security_groups, [])) == 0)
    error_message = "clone_subnet_group and clone_security_groups name one network together: set both, or neither for the source's own."
  }

  validation {
    condition     = var.policy.quarantine == null || try(length(var.policy.quarantine.security_groups) > 0 && strcontains(var.policy.quarantine.parameter_group, "{family}"), false)
    error_message = "quarantine has at least one security group, and {family} in the name of its parameter groups: each family of parameters has groups of its own."
  }

  validation {
    condition     = var.policy.quarantine == null || try(can(regex("^(s3://[^/{}*?]+/[^*?]+|secret:[^*?]+|package:[^/*?]+)$", var.policy.quarantine.rules)), false)
    error_message = "The rules of quarantine are at s3://BUCKET/KEY, secret:NAME or package:FILE, with {source} for the source's identifier."
  }

  validation {
    condition     = var.policy.quarantine == null || var.vpc != null
    error_message = "The function logs in to raw copies, so with quarantine it stands in a network: name vpc."
  }

  validation {
    condition = alltrue([
      for list in [var.policy.clone_classes, var.policy.clone_sources, var.policy.production] : list == null || try(length(list) > 0, false)
    ])
    error_message = "clone_classes, clone_sources or production is empty, so it would mean nothing: name at least one pattern, or leave it out."
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
  description = "Runs at the same time, taken from the account's pool; 0 stops the function, -1 reserves none. Each run makes one clone and waits for it."
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
    expression     = optional(string, "cron(0 3 * * ? *)")
    time_zone      = optional(string, "UTC")
    window_minutes = optional(number, 15)
  })
  description = "When it takes away what was never handed over: nightly at three unless said otherwise, within the window's minutes."
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
  description = "Network to stand in. The function needs none; in one, it needs endpoints for RDS, STS, IAM, Logs and, with a report bucket, S3."
  default     = null
}
