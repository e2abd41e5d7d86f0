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
    actions      = optional(list(string), [])
    overdue_days = optional(number)
  })
  description = "Where alarms are sent (ARNs), and after how many days in which no secret at all was rotated one is raised: 1 to 7, where some secret is rotated more often than that. Null for none."
  default     = {}
  nullable    = false

  validation {
    condition     = var.alarms.overdue_days == null || try(var.alarms.overdue_days >= 1 && var.alarms.overdue_days <= 7, false)
    error_message = "An alarm looks back at most seven days: set overdue_days to 1 to 7, or leave it out."
  }
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

variable "connection" {
  type = object({
    address = optional(string)
    ca_file = optional(string)
  })
  description = "For servers that are not reached as RDS has it: address (host:port of a tunnel) to connect through, and ca_file, a PEM file in the function's archive or image, to believe instead of the roots of RDS. A server still has to prove its own name."
  default     = {}
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

variable "kms_key_arn" {
  type        = string
  description = "ARN of a KMS key for log and environment variables; its policy must let those services use it. Null leaves each to a key of AWS."
  default     = null
}

variable "kms_key_arns" {
  type        = list(string)
  description = "ARNs of the keys that the master's and the users' secrets are encrypted with, where those are yours."
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
  description = "Days the log is kept. It is the record of which password was changed when."
  default     = 365
  nullable    = false
}

variable "package" {
  type        = any
  description = "The function's archive, as the module lambda-function takes it: { path = \"target/lambda/x86_64/secret-rotation/bootstrap.zip\" }, or { s3_bucket, s3_key } of one in S3."
  nullable    = false
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary for the roles, where the account demands one."
  default     = null
}

variable "policy" {
  type = object({
    lock_timeout_seconds      = optional(number)
    password_exclude          = optional(string)
    password_length           = optional(number)
    protected                 = optional(list(string), [])
    statement_timeout_seconds = optional(number)
  })
  description = "How passwords are made and whose are left alone: the variables of docs/secret-rotation.md, by their names without NIGHTSHIFT_. What is left out keeps the function's own default. A secret's own tags come first."
  default     = {}
  nullable    = false

  # A quote or a semicolon comes of a list badly written, and protects nobody; the function refuses it, too.
  validation {
    condition = alltrue([
      for glob in var.policy.protected : can(regex("^(?:[\\p{L}\\p{N}*?_.:/=+@$#~&\\[\\]-]|\\[[!^])+$", glob))
    ])
    error_message = "An entry of protected is a glob with * and ?: letters, digits and _.:/=+-@$#~&, and ? for whatever else a name holds; no quotes, spaces, commas, semicolons or braces."
  }

  validation {
    condition     = coalesce(var.policy.password_length, 32) >= 16 && coalesce(var.policy.password_length, 32) <= 99
    error_message = "password_length is 16 to 99."
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
  description = "Steps at the same time, taken from the account's pool; -1 reserves none. Secrets of one schedule are rotated side by side."
  default     = -1
  nullable    = false

  validation {
    condition     = var.reserved_concurrency < 0 || var.reserved_concurrency > 1
    error_message = "Secrets of one schedule are rotated side by side, and a step that is turned away is a rotation that failed: reserve two or more, or none (-1)."
  }
}

variable "runbook_url" {
  type        = string
  description = "Where docs/runbook.md can be read; alarms link to its paragraphs."
  default     = "docs/runbook.md"
  nullable    = false
}

variable "secrets" {
  type = object({
    masters = optional(list(string), [])
    users   = list(string)
  })
  description = "Names of secrets, with * and ? where you like: those of the users whose passwords are rotated, which the role may write while they name this function as theirs; and those of master users, for alternating users, which it may read and never write."
  nullable    = false

  validation {
    condition     = length(var.secrets.users) > 0
    error_message = "Name the secrets of users: without one there is nothing the function could rotate."
  }

  validation {
    condition = alltrue([
      for name in concat(var.secrets.masters, var.secrets.users) : can(regex("^[A-Za-z0-9/_+=.@!-][A-Za-z0-9/_+=.@!*?-]*$", name))
    ])
    error_message = "A secret is given by its name, as prod/orders/*: letters, digits, /_+=.@-! and, not as the first, * and ?. A star alone would be every secret of the account."
  }

  # What a master's pattern covers is denied, whatever the users' allows: a function that may write nothing of it says so at night.
  validation {
    condition = alltrue(flatten([
      for name in var.secrets.users : [
        for master in var.secrets.masters : !can(regex(
          "^${replace(replace(replace(replace(master, ".", "[.]"), "+", "[+]"), "*", ".*"), "?", ".")}$",
          replace(replace(name, "*", "xx"), "?", "x"),
        ))
      ]
    ]))
    error_message = "A pattern of masters covers all that one of users is about, and a master's secret is never written: name the masters' more narrowly."
  }
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything here, beside component."
  default     = {}
  nullable    = false
}

variable "timeout_seconds" {
  type        = number
  description = "Seconds a step may take."
  default     = 120
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 60 && var.timeout_seconds <= 900
    error_message = "A step waits for locks and for what Secrets Manager does not show yet: give it 60 to 900 seconds."
  }
}

variable "vpc" {
  type = object({
    security_group_ids = list(string)
    subnet_ids         = list(string)
  })
  description = "Network to stand in: subnets from which the databases are reached, with a way to Secrets Manager, STS, RDS (for alternating users) and Logs (terraform/README.md), and security groups the databases let in."
  nullable    = false

  validation {
    condition     = length(var.vpc.subnet_ids) > 0 && length(var.vpc.security_group_ids) > 0
    error_message = "Name at least one subnet and one security group."
  }
}
