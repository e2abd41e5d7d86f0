# How far apart the runs are that may make a key, and what that leaves of a promised age: the arithmetic of the function
# (docs/key-rotation.md), done before anything is changed.

module "interval" {
  source   = "./interval"
  for_each = { rotate = var.schedule.rotate, tend = var.schedule.tend }

  expression = each.value
}

locals {
  # The longest there can be between two runs, where the expression can be read.
  read_days = { for name, interval in module.interval : name => interval.days }

  # What cannot be read has to be stated.
  days = {
    rotate = try(coalesce(local.read_days.rotate, var.schedule.rotate_every_days), null)
    tend   = local.read_days.tend
  }

  run_every   = try(max(local.days.rotate, local.days.tend), null)
  overlap     = coalesce(var.policy.overlap_days, 7)
  needed_days = try(local.overlap + 2 * local.run_every, null)

  # What a key may live to if nobody holds it up.
  oldest = try(coalesce(
    var.alarms.oldest_key_days,
    var.policy.max_age_days,
    coalesce(var.policy.rotate_after_days, 90) + local.needed_days,
  ), 0)
}
