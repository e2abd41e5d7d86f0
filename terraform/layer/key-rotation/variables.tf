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
    actions         = optional(list(string), [])
    global_actions  = optional(list(string), [])
    no_run_hours    = optional(number, 26)
    oldest_key_days = optional(number)
    standing_days   = optional(number, 3)
  })
  description = "Where alarms are sent (ARNs), and those of the Region aws.global, which takes a topic of that Region; after how many hours without a finished run one is raised, over which age of the oldest active key (left out: the promised age, or what the schedule allows), and how many days a held key or a blocked user may stand."
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
    config_rule_name = optional(string, "*access-keys-rotated*")
    leaked_keys      = optional(bool, true)
    old_keys         = optional(bool, true)
    suspicions       = optional(bool, true)
  })
  description = "What the function acts on at once, beside its schedules: old_keys, which the AWS Config rule finds whose name this is (a star stands for anything: Security Hub calls its own securityhub-access-keys-rotated-…), leaked_keys, which AWS Health finds in the open, and suspicions, of AWS Health and GuardDuty. With leaked_keys the role may switch off anybody's key."
  default     = {}
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9*_-]+$", var.events.config_rule_name)) && !strcontains(var.events.config_rule_name, "**")
    error_message = "config_rule_name has letters, digits, - and _, and a star for anything; not two stars in a row, which EventBridge refuses."
  }
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of a KMS key for log, environment variables, queue and schedule; its policy must let those services use it. Null leaves each to a key of AWS."
  default     = null
}

variable "log_group" {
  type        = string
  description = "Name of a log group that is there already and is to be used. Null makes /aws/lambda/<name>."
  default     = null
}

variable "log_retention_days" {
  type        = number
  description = "Days the log is kept. It is the record of whose key was changed and why."
  default     = 365
  nullable    = false
}

variable "mode" {
  type        = string
  description = "plan: the function only says what it would do, and its role may only read. apply: it rotates."
  default     = "plan"
  nullable    = false

  validation {
    condition     = contains(["plan", "apply"], var.mode)
    error_message = "The mode is plan or apply."
  }

  validation {
    condition = var.mode == "plan" || length(compact([
      try(var.notices.mail_from, ""),
      try(var.notices.slack_secret_id, ""),
      try(var.notices.sns_topic_arn, ""),
    ])) > 0
    error_message = "Keys would be made and nobody told where to fetch them, so that no old one could ever be retired: set mail_from, sns_topic_arn or slack_secret_id in notices."
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
  description = "The function's archive, as the module lambda-function takes it: { path = \"target/lambda/x86_64/key-rotation/bootstrap.zip\" }, or { s3_bucket, s3_key } of one in S3."
  nullable    = false
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary for the roles, where the account demands one."
  default     = null
}

variable "policy" {
  type = object({
    concurrency              = optional(number)
    digest_lifts_caps        = optional(bool)
    exclude                  = optional(list(string), [])
    hold_limit_days          = optional(number)
    idle_days                = optional(number)
    inactive_keys            = optional(string)
    include                  = optional(list(string))
    max_age_days             = optional(number)
    max_deactivation_percent = optional(number)
    max_deactivations        = optional(number)
    max_overlap_days         = optional(number)
    max_rotation_percent     = optional(number)
    max_rotations            = optional(number)
    orphans                  = optional(string)
    overlap_days             = optional(number)
    owner_tag                = optional(string)
    quiet_days               = optional(number)
    recovery_days            = optional(number)
    rotate_after_days        = optional(number)
    secret_kms_key_arn       = optional(string)
    secret_prefix            = optional(string, "/aws/iam/credentials/")
    secret_readers           = optional(list(string), [])
    secret_region            = optional(string)
    secret_replica_regions   = optional(list(string), [])
    secret_shape             = optional(string)
    smtp_regions             = optional(list(string), [])
    switch_off_signs         = optional(list(string))
    tell_signs               = optional(list(string))
    time_zone                = optional(string)
    unused_keys              = optional(string)
    warn_days                = optional(number)
  })
  description = "Whose keys are rotated, and when: the variables of docs/key-rotation.md, by their names without NIGHTSHIFT_. What is left out keeps the function's own default. The role is held to include and exclude, too, as far as IAM knows names, paths and tags."
  default     = {}
  nullable    = false

  validation {
    condition     = var.policy.include == null || try(length(var.policy.include) > 0, false)
    error_message = "include is empty: leave it out for every user, or name some."
  }

  # IAM compares with * and ? only, and a path is one of its patterns only up to a slash.
  validation {
    condition = alltrue([
      for pattern in concat(var.policy.exclude, coalesce(var.policy.include, [])) :
      can(regex("^(path:/([A-Za-z0-9*?/_+=,.@!#%&():^~-]*/)?\\*|group:[\\p{L}\\p{N}*?_+=,.@-]+|tag:[\\p{L}\\p{N}\\p{Z}_./+@-]+=[\\p{L}\\p{N}\\p{Z}*?_.:/=+@-]*|[\\p{L}\\p{N}*?_+=,.@-]+)$", pattern))
    ])
    error_message = "A pattern is a user's name with * and ?, path:/robots/*, group:name or tag:key=value; no other sign has a meaning to both IAM and the function, and a quote, a semicolon or a space outside of a tag is in no name."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9/_+=.@-]{1,120}$", var.policy.secret_prefix))
    error_message = "secret_prefix has 1 to 120 letters, digits and /_+=.@-; without one the role would reach every secret."
  }

  validation {
    condition     = var.policy.secret_kms_key_arn == null || can(regex("^arn:[^:]+:kms:[^:]+:\\d{12}:key/", var.policy.secret_kms_key_arn))
    error_message = "secret_kms_key_arn is the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID: the role's right is for that key alone."
  }

  validation {
    condition = alltrue([
      for arn in var.policy.secret_readers : can(regex("^arn:[^:]+:iam::\\d{12}:role/[^*,]+$", arn))
    ])
    error_message = "secret_readers lists ARNs of roles, arn:aws:iam::ACCOUNT:role/NAME."
  }

  validation {
    condition     = coalesce(var.policy.max_overlap_days, 30) >= coalesce(var.policy.overlap_days, 7)
    error_message = "max_overlap_days is less than overlap_days."
  }

  validation {
    condition     = var.policy.hold_limit_days == null || coalesce(var.policy.hold_limit_days, 0) >= coalesce(var.policy.overlap_days, 7)
    error_message = "hold_limit_days is less than overlap_days."
  }

  validation {
    condition     = contains(["keep", "delete"], coalesce(var.policy.inactive_keys, "keep"))
    error_message = "inactive_keys is keep or delete."
  }

  validation {
    condition     = contains(["rotate", "deactivate"], coalesce(var.policy.unused_keys, "rotate"))
    error_message = "unused_keys is rotate or deactivate."
  }

  # The function refuses it, too, but at night; and a rule would hand over nothing.
  validation {
    condition = alltrue([
      for code in concat(coalesce(var.policy.switch_off_signs, []), coalesce(var.policy.tell_signs, [])) :
      can(regex("^[A-Za-z0-9_:/.-]+[*]?$", code))
    ])
    error_message = "A sign is a code such as AWS_RISK_CREDENTIALS_EXPOSED or UnauthorizedAccess:IAMUser/*, with a star at its end only."
  }

  validation {
    condition     = length(setintersection(coalesce(var.policy.switch_off_signs, []), coalesce(var.policy.tell_signs, []))) == 0
    error_message = "A sign either switches a key off or is told of: it stands in switch_off_signs or in tell_signs, not in both."
  }

  validation {
    condition     = contains(["standard", "legacy"], coalesce(var.policy.secret_shape, "standard"))
    error_message = "secret_shape is standard or legacy."
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
  description = "Runs at the same time, taken from the account's pool; 0 stops the function, -1 reserves none. Overlapping runs are safe and of no use, but a key found in the open must not wait for a rotation of fifteen minutes: both schedules and a leak are three."
  default     = -1
  nullable    = false

  validation {
    condition     = var.reserved_concurrency < 1 || var.reserved_concurrency > 2 || !var.events.leaked_keys
    error_message = "A key found in the open would wait until a run of the schedules has ended: reserve at least 3, or none (-1)."
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
    enabled           = optional(bool, true)
    rotate            = optional(string, "cron(0 8 1 * ? *)")
    rotate_every_days = optional(number)
    tend              = optional(string, "cron(30 2 * * ? *)")
    time_zone         = optional(string, "UTC")
    window_minutes    = optional(number, 15)
  })
  description = "When the function is called, within the window's minutes: rotate makes new keys (the first of the month at eight), tend retires old ones, warns and repairs (nightly, so that no deadline falls between two months). rotate_every_days is the most there is between two runs of rotate, where the expression does not say it."
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
  description = "Network to stand in. The function needs none; in one, it needs a way to IAM (which has an endpoint in us-east-1 only, so mostly NAT), STS, Secrets Manager and Logs, and to what is switched on besides."
  default     = null
}
