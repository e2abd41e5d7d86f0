# How far apart the runs are that may make a key, and what that leaves of a promised age: the arithmetic of the function
# (docs/key-rotation.md), done before anything is changed.

locals {
  # Minutes, hours, day of month, month, day of week, year.
  fields = { for name in ["rotate", "tend"] : name => try(split(" ", regex("^cron\\((.*)\\)$", var.schedule[name])[0]), null) }
  rates  = { for name in ["rotate", "tend"] : name => try(regex("^rate\\((\\d+) (minute|hour|day)s?\\)$", var.schedule[name]), null) }

  all_year = { for name, field in local.fields : name => try(field[3] == "*" && field[5] == "*", false) }
  any_day  = ["*", "?"]

  # The longest there can be between two runs, in whole days, where the expression is one that can be read here.
  read_days = {
    for name in ["rotate", "tend"] : name => try(coalesce(
      local.rates[name] == null ? null : {
        minute = max(1, ceil(tonumber(local.rates[name][0]) / 1440))
        hour   = max(1, ceil(tonumber(local.rates[name][0]) / 24))
        day    = tonumber(local.rates[name][0])
      }[local.rates[name][1]],
      !local.all_year[name] ? null : (
        contains(local.any_day, local.fields[name][2]) && contains(local.any_day, local.fields[name][4]) ? 1 :
        can(regex("^([1-9]|1\\d|2[0-8]|L)$", local.fields[name][2])) && local.fields[name][4] == "?" ? 31 :
        local.fields[name][2] == "?" && can(regex("^([1-7]|[A-Z]{3})$", local.fields[name][4])) ? 7 : null
      ),
    ), null)
  }

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
