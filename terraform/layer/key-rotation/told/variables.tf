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
  description = "The layer's policy, which says what each of them may be."
  nullable    = false
}

variable "run_every_days" {
  type        = number
  description = "The most days there are between two runs; null where the schedule does not say it."
  default     = null
}
