# What key-rotation is told, as environment variables: the layer tells its function, and the run through an organisation its workers.
# A variable that is null here is not set at all: the function's own default holds, and docs/key-rotation.md says what that is.

locals {
  # A comma may be part of a user's name.
  listed = { for name in ["include", "exclude"] : name => [for entry in coalesce(var.policy[name], []) : replace(entry, ",", "\\,")] }

  all_variables = {
    NIGHTSHIFT_CONCURRENCY              = var.policy.concurrency
    NIGHTSHIFT_DIGEST_LIFTS_CAPS        = var.policy.digest_lifts_caps
    NIGHTSHIFT_EXCLUDE                  = join(",", local.listed.exclude)
    NIGHTSHIFT_HOLD_LIMIT_DAYS          = var.policy.hold_limit_days
    NIGHTSHIFT_IDLE_DAYS                = var.policy.idle_days
    NIGHTSHIFT_INACTIVE_KEYS            = var.policy.inactive_keys
    NIGHTSHIFT_INCLUDE                  = join(",", local.listed.include)
    NIGHTSHIFT_MAX_AGE_DAYS             = var.policy.max_age_days
    NIGHTSHIFT_MAX_DEACTIVATIONS        = var.policy.max_deactivations
    NIGHTSHIFT_MAX_DEACTIVATION_PERCENT = var.policy.max_deactivation_percent
    NIGHTSHIFT_MAX_OVERLAP_DAYS         = var.policy.max_overlap_days
    NIGHTSHIFT_MAX_ROTATIONS            = var.policy.max_rotations
    NIGHTSHIFT_MAX_ROTATION_PERCENT     = var.policy.max_rotation_percent
    NIGHTSHIFT_ORPHANS                  = var.policy.orphans
    NIGHTSHIFT_OVERLAP_DAYS             = var.policy.overlap_days
    NIGHTSHIFT_OWNER_TAG                = var.policy.owner_tag
    NIGHTSHIFT_QUIET_DAYS               = var.policy.quiet_days
    NIGHTSHIFT_RECOVERY_DAYS            = var.policy.recovery_days
    NIGHTSHIFT_ROTATE_AFTER_DAYS        = var.policy.rotate_after_days
    NIGHTSHIFT_RUN_EVERY_DAYS           = var.run_every_days
    NIGHTSHIFT_SECRET_KMS_KEY           = var.policy.secret_kms_key_arn
    NIGHTSHIFT_SECRET_PREFIX            = var.policy.secret_prefix
    NIGHTSHIFT_SECRET_READERS           = join(",", var.policy.secret_readers)
    NIGHTSHIFT_SECRET_REGION            = var.policy.secret_region
    NIGHTSHIFT_SECRET_REPLICA_REGIONS   = join(",", var.policy.secret_replica_regions)
    NIGHTSHIFT_SECRET_SHAPE             = var.policy.secret_shape
    NIGHTSHIFT_SMTP_REGIONS             = join(",", var.policy.smtp_regions)
    NIGHTSHIFT_SWITCH_OFF_SIGNS         = try(join(",", var.policy.switch_off_signs), null)
    NIGHTSHIFT_TELL_SIGNS               = try(join(",", var.policy.tell_signs), null)
    NIGHTSHIFT_TIME_ZONE                = var.policy.time_zone
    NIGHTSHIFT_UNUSED_KEYS              = var.policy.unused_keys
    NIGHTSHIFT_WARN_DAYS                = var.policy.warn_days
  }

  # Of these an empty list is a word of its own, "none", and not the function's default.
  may_be_empty = ["NIGHTSHIFT_SWITCH_OFF_SIGNS", "NIGHTSHIFT_TELL_SIGNS"]

  variables = {
    for name, value in local.all_variables :
    name => tostring(value) if value != null && (try(tostring(value), "") != "" || contains(local.may_be_empty, name))
  }
}
