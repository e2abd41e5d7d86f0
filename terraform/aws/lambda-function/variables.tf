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

variable "architecture" {
  type        = string
  description = "Instruction set the archive was built for: x86_64 or arm64."
  default     = "x86_64"
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "The architecture is x86_64 or arm64, as in `cargo xtask package --arch`."
  }
}

variable "async" {
  type = object({
    maximum_event_age_seconds = optional(number, 3600)
    retries                   = optional(number, 2)
  })
  description = "What Lambda does with an asynchronous event it could not deliver or that failed: how often it repeats it, and for how long, before the event goes to the dead-letter queue."
  default     = {}
  nullable    = false

  validation {
    condition     = contains([0, 1, 2], var.async.retries)
    error_message = "Lambda repeats a failed event 0, 1 or 2 times."
  }

  validation {
    condition     = var.async.maximum_event_age_seconds >= 60 && var.async.maximum_event_age_seconds <= 21600
    error_message = "Lambda keeps an event 60 to 21600 seconds."
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

variable "dead_letter_queue" {
  type = object({
    arn = string
  })
  description = "The queue that gets an event after its last retry. Null for a function that is only called by somebody who waits for its answer."
  default     = null
}

variable "description" {
  type        = string
  description = "One line for whoever finds the function in the console."
  nullable    = false
}

variable "environment" {
  type        = map(string)
  description = "Environment variables. No secret belongs here: pass the id of one."
  default     = {}
  nullable    = false
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of the KMS key for environment variables, log and dead-letter queue. Null leaves each to a key of AWS."
  default     = null
}

variable "log_group" {
  type        = string
  description = "Name of a log group that is there already and is to be used. Null makes /aws/lambda/<name>."
  default     = null
}

variable "log_retention_days" {
  type        = number
  description = "Days the log is kept. It is the record of what was deleted and why."
  default     = 365
  nullable    = false

  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days
    )
    error_message = "CloudWatch Logs keeps a log 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "memory_mb" {
  type        = number
  description = "Memory in MB; the processor grows with it."
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "Lambda gives 128 to 10240 MB."
  }
}

variable "name" {
  type        = string
  description = "Name of the function, its role and, below /aws/lambda/, its log group."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "A function's name has at most 64 letters, digits, dashes and underscores: shorten project or environment."
  }
}

variable "package" {
  type = object({
    path              = optional(string)
    s3_bucket         = optional(string)
    s3_key            = optional(string)
    s3_object_version = optional(string)
  })
  description = "The archive with the binary `bootstrap`: a path here, or bucket, key and, if you like, version of an object in S3. One of its folders is named as the architecture. A new build in S3 needs a new key or version: Terraform does not look into the bucket."
  nullable    = false

  validation {
    condition     = (var.package.path == null) != (var.package.s3_bucket == null) && (var.package.s3_bucket == null) == (var.package.s3_key == null)
    error_message = "The package is either a path, or s3_bucket with s3_key."
  }

  # A function of the wrong architecture is deployed without a word and dies at every start.
  validation {
    condition     = contains(split("/", coalesce(var.package.path, var.package.s3_key, "/")), var.architecture)
    error_message = "The archive was not built for ${var.architecture}: none of the folders it lies in is named so. Build it with `cargo xtask package --arch`, which leaves it in target/lambda/<architecture>/<function>/bootstrap.zip, or set architecture."
  }
}

variable "permissions_boundary_arn" {
  type        = string
  description = "ARN of a permissions boundary for the role, where the account demands one."
  default     = null
}

variable "policy" {
  type        = string
  description = "Policy document (JSON) of what the function's job needs."
  nullable    = false
}

variable "policy_hint" {
  type        = string
  description = "What to shorten where the policies of the role are longer than IAM allows, as a part of a sentence."
  default     = "the job's policy"
  nullable    = false
}

variable "reserved_concurrency" {
  type        = number
  description = "Runs at the same time, taken from the account's pool; 0 stops the function, -1 reserves none. AWS keeps 100 of the pool unreserved, and a new account has 10: there, only -1 can be applied."
  default     = -1
  nullable    = false

  validation {
    condition     = var.reserved_concurrency >= -1
    error_message = "Reserve a number of runs, 0 to stop the function, or -1 for no reservation."
  }
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything here."
  default     = {}
  nullable    = false
}

variable "timeout_seconds" {
  type        = number
  description = "Seconds a run may take."
  default     = 900
  nullable    = false

  validation {
    condition     = var.timeout_seconds > 45 && var.timeout_seconds <= 900
    error_message = "A run begins no item with less than 45 seconds left, and Lambda ends at 900: set 46 to 900, best 900."
  }
}

variable "vpc" {
  type = object({
    security_group_ids = list(string)
    subnet_ids         = list(string)
  })
  description = "Network to stand in, for functions that talk to databases. Null for none."
  default     = null
}
