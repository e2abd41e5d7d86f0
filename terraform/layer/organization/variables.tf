variable "account" {
  type = object({
    dns_suffix = string
    id         = string
    partition  = string
    region     = string
  })
  description = "Where the run lies: the output of the module account. The management account, or that of a delegated administrator."
  nullable    = false
}

variable "alarms" {
  type = object({
    actions      = optional(list(string), [])
    no_run_hours = optional(number, 26)
  })
  description = "Where alarms are sent (ARNs), and after how many hours without a run that ended well one is raised."
  default     = {}
  nullable    = false

  validation {
    condition     = var.alarms.no_run_hours >= 1 && var.alarms.no_run_hours <= 168
    error_message = "An alarm looks back at most seven days: set no_run_hours to 1 to 168, and longer than the schedule's gap."
  }
}

variable "architecture" {
  type        = string
  description = "Instruction set the archive was built for: x86_64 or arm64."
  default     = "x86_64"
  nullable    = false
}

variable "canary" {
  type = object({
    failures = optional(number, 0)
    units    = optional(list(string), [])
  })
  description = "Units (ids, or names from the root between slashes) whose accounts are changed first; the others only if no more than failures of those failed."
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for unit in var.canary.units : can(regex("^[^'\"`´«»‘’‚‛“”„‟;\\\\\\p{Cc}]+$", unit)) && !can(regex("^/*$|[^/]//|^\\[[^]]*\\]$", unit))])
    error_message = "A unit of canary is its id, or the names from the root to it, such as Root/Sandbox; no quotes, semicolons or backslashes."
  }

  validation {
    condition     = var.canary.failures >= 0 && floor(var.canary.failures) == var.canary.failures
    error_message = "canary.failures is a whole number, 0 or more."
  }
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

variable "concurrency" {
  type        = number
  description = "How many accounts are worked on at once. Each takes one of Lambda's concurrent runs, which everything in this account shares; a new account has ten."
  default     = 40
  nullable    = false
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

variable "excluded" {
  type = object({
    accounts = optional(list(string), [])
    tags     = optional(list(string), [])
    units    = optional(list(string), [])
  })
  description = "What is left alone whatever selects it: units, accounts by id, accounts with a tag (KEY or KEY=VALUE)."
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for id in var.excluded.accounts : can(regex("^\\d{12}$", id))])
    error_message = "An account's id has twelve digits."
  }

  validation {
    condition     = alltrue([for unit in var.excluded.units : can(regex("^[^'\"`´«»‘’‚‛“”„‟;\\\\\\p{Cc}]+$", unit)) && !can(regex("^/*$|[^/]//|^\\[[^]]*\\]$", unit))])
    error_message = "A unit of excluded is its id, or the names from the root to it, such as Root/Suspended; no quotes, semicolons or backslashes."
  }

  validation {
    condition     = alltrue([for tag in var.excluded.tags : can(regex("^[^'\"`´«»‘’‚‛“”„‟;\\\\\\p{Cc}]+$", tag)) && !can(regex("^\\s*(=|$)|^\\[[^]]*\\]$", tag))])
    error_message = "A tag of excluded is KEY or KEY=VALUE; no quotes, semicolons or backslashes."
  }
}

variable "external_id" {
  type        = string
  description = "What a worker says to each account beside who it is; the member roles ask for the same. No secret, but nobody's to guess."
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@:/_-]{8,128}$", var.external_id))
    error_message = "external_id has 8 to 128 letters, digits and +=,.@:/_-, as the member roles have it."
  }
}

variable "failures" {
  type        = set(string)
  description = "Which reasons to leave an account or a Region count as failures: role-missing, denied-by-scp, region-off."
  default     = []
  nullable    = false

  validation {
    condition     = length(setsubtract(var.failures, ["role-missing", "denied-by-scp", "region-off"])) == 0
    error_message = "failures lists role-missing, denied-by-scp and region-off, or some of them."
  }
}

variable "job" {
  type        = string
  description = "What is done in each account: cluster-cleanup or key-rotation. One call of this layer each."
  nullable    = false

  validation {
    condition     = contains(["cluster-cleanup", "key-rotation"], var.job)
    error_message = "The job is cluster-cleanup or key-rotation: others are not called by a schedule, account by account."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of a KMS key for the bucket, logs, environment variables, queue and schedule; its policy must let those services use it. Null leaves each to a key of AWS."
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[^:]+:kms:[^:]+:\\d{12}:key/[^*?]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID, and of no alias."
  }
}

variable "log_retention_days" {
  type        = number
  description = "Days the logs are kept. They are the record of what was deleted and why."
  default     = 365
  nullable    = false
}

variable "management" {
  type        = bool
  description = "Whether the management account is meant, too, where it is selected. No service control policy holds there, and no StackSet brings it the roles."
  default     = false
  nullable    = false
}

variable "max_deletion_percent" {
  type        = number
  description = "How much of all that is marked, in all accounts together, a run may delete or retire. Over it, no account is changed. Left out: the function's own limit."
  default     = null

  validation {
    condition     = var.max_deletion_percent == null || try(var.max_deletion_percent >= 0 && var.max_deletion_percent <= 100 && floor(var.max_deletion_percent) == var.max_deletion_percent, false)
    error_message = "max_deletion_percent is a whole number, 0 to 100."
  }
}

variable "max_deletions" {
  type        = number
  description = "How many things a run may delete or retire in all accounts together. Over it, no account is changed. Left out: the function's own limit. The limits of each account hold besides."
  default     = null

  validation {
    condition     = var.max_deletions == null || try(var.max_deletions >= 0 && floor(var.max_deletions) == var.max_deletions, false)
    error_message = "max_deletions is a whole number, 0 or more."
  }
}

variable "mode" {
  type        = string
  description = "plan: every account is read, and nobody could change one: there is no worker that may, and no state that would call it. apply: what was judged is done."
  default     = "plan"
  nullable    = false

  validation {
    condition     = contains(["plan", "apply"], var.mode)
    error_message = "The mode is plan or apply."
  }

  # The worker refuses it too, but at night and in every account.
  validation {
    condition = var.mode == "plan" || (var.job == "cluster-cleanup" && try(var.policy.min_notice_hours == 0, false)) || length(compact([
      try(var.notices.mail_from, ""),
      try(var.notices.slack_secret_id, ""),
      try(var.notices.sns_topic_arn, ""),
    ])) > 0
    error_message = "Nothing is changed before its owner was told, and there is no way to tell: set mail_from, sns_topic_arn or slack_secret_id in notices."
  }
}

variable "notices" {
  type        = any
  description = "Who is told, and how: notices of the module run-access, the variables of docs/notices.md, all in the account of the run."
  default     = {}
  nullable    = false
}

variable "organization_id" {
  type        = string
  description = "Id of the organisation, o-…: a worker becomes nobody outside it."
  nullable    = false

  validation {
    condition     = can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id is an id such as o-a1b2c3d4e5."
  }
}

variable "package" {
  type        = any
  description = "The archive of all parts, as the module lambda-function takes it: { path = \"target/lambda/x86_64/fleet-run/bootstrap.zip\" }, or { s3_bucket, s3_key } of one in S3."
  nullable    = false
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary for the roles here, where the account demands one."
  default     = null
}

variable "policies" {
  type = map(object({
    policy = any
    units  = list(string)
  }))
  description = "What differs for the accounts of some units, by a name: the entries of policy that are others there. The deepest unit wins. What the member roles are held to cannot differ."
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.policies) : can(regex("^[a-z0-9-]{1,32}$", name))])
    error_message = "A policy is named by lower case letters, digits and dashes, at most 32."
  }

  validation {
    condition     = length(distinct([for name in keys(var.policies) : replace(name, "-", "_")])) == length(var.policies)
    error_message = "Two policies have names that differ in nothing but dashes."
  }

  validation {
    condition     = alltrue([for named in values(var.policies) : length(named.units) > 0])
    error_message = "A policy without units holds for nobody."
  }

  validation {
    condition = alltrue([
      for unit in flatten(values(var.policies)[*].units) :
      can(regex("^[^'\"`´«»‘’‚‛“”„‟;\\\\\\p{Cc}]+$", unit)) && !can(regex("^/*$|[^/]//|^\\[[^]]*\\]$", unit))
    ])
    error_message = "A unit of policies is its id, or the names from the root to it, such as Root/Sandbox; no quotes, semicolons or backslashes."
  }

  validation {
    condition     = length(distinct(flatten(values(var.policies)[*].units))) == length(flatten(values(var.policies)[*].units))
    error_message = "A unit has one policy: it is named twice."
  }
}

variable "policy" {
  type        = any
  description = "What may be touched in each account and how far it goes: policy of the layer of the job. The member roles are held to the same: hand it to organization-member, too. Regions are said in regions."
  default     = {}
  nullable    = false

  validation {
    condition     = !can(var.policy.regions)
    error_message = "Which Regions a run looks at is said in regions, beside policy."
  }
}

variable "project" {
  type        = string
  description = "First part of every name, and the path of the member roles."
  default     = "nightshift"
  nullable    = false
}

variable "record_days" {
  type        = number
  description = "Days the record of a run is kept in its bucket; an old version goes thirty days later."
  default     = 400
  nullable    = false
}

variable "regions" {
  type        = list(string)
  description = "Regions to look at in each account, where the job is about Regions (cluster-cleanup). One that is off there is left out, and told."
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for region in var.regions : can(regex("^[a-z]{2,}(-[a-z]+)+-\\d+$", region))])
    error_message = "regions lists names such as eu-west-1."
  }

  validation {
    condition     = (length(var.regions) > 0) == (var.job == "cluster-cleanup")
    error_message = "cluster-cleanup looks at the Regions you name; key-rotation is about no Region: leave regions out there."
  }
}

variable "reserved_concurrency" {
  type        = number
  description = "Runs at the same time, taken from the account's pool, for each of the two workers; -1 reserves none. Fewer than concurrency turn workers away."
  default     = -1
  nullable    = false

  validation {
    condition     = var.reserved_concurrency == -1 || var.reserved_concurrency >= var.concurrency
    error_message = "reserved_concurrency is -1, or at least concurrency: otherwise Lambda would turn workers away that the map has called."
  }
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
  description = "When a run begins: nightly at three unless said otherwise, within the window's minutes."
  default     = {}
  nullable    = false
}

variable "selected" {
  type = object({
    accounts = optional(list(string), [])
    tags     = optional(list(string), [])
    units    = optional(list(string), [])
  })
  description = "What is meant: units (ids, or names from the root between slashes; the root for all), accounts by id, accounts with a tag (KEY or KEY=VALUE). Any of them is enough."
  nullable    = false

  validation {
    condition     = length(concat(var.selected.accounts, var.selected.tags, var.selected.units)) > 0
    error_message = "selected names nobody: name the units, or the root for all."
  }

  validation {
    condition     = alltrue([for id in var.selected.accounts : can(regex("^\\d{12}$", id))])
    error_message = "An account's id has twelve digits."
  }

  validation {
    condition     = alltrue([for unit in var.selected.units : can(regex("^[^'\"`´«»‘’‚‛“”„‟;\\\\\\p{Cc}]+$", unit)) && !can(regex("^/*$|[^/]//|^\\[[^]]*\\]$", unit))])
    error_message = "A unit of selected is its id, or the names from the root to it, such as Root/Workloads; no quotes, semicolons or backslashes."
  }

  validation {
    condition     = alltrue([for tag in var.selected.tags : can(regex("^[^'\"`´«»‘’‚‛“”„‟;\\\\\\p{Cc}]+$", tag)) && !can(regex("^\\s*(=|$)|^\\[[^]]*\\]$", tag))])
    error_message = "A tag of selected is KEY or KEY=VALUE; no quotes, semicolons or backslashes."
  }
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything here, beside component."
  default     = {}
  nullable    = false
}

variable "tolerated" {
  type = object({
    count   = optional(number)
    percent = optional(number)
  })
  description = "How many accounts may fail before the run does, by number, by percent, or whichever comes first. Over it the run fails, and a redrive runs those accounts again; within it, `nightshift fleet redrive` does."
  default     = { percent = 10 }
  nullable    = false
}
