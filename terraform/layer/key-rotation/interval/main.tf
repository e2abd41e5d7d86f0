# How far apart the runs of a schedule are at the most, in whole days, where its expression is one that can be read here. No provider is
# needed, and nothing is made.

locals {
  # Minutes, hours, day of month, month, day of week, year.
  fields = try(split(" ", regex("^cron\\((.*)\\)$", var.expression)[0]), null)
  rate   = try(regex("^rate\\((\\d+) (minute|hour|day)s?\\)$", var.expression), null)

  all_year = try(local.fields[3] == "*" && local.fields[5] == "*", false)
  any_day  = ["*", "?"]

  days = try(coalesce(
    local.rate == null ? null : {
      minute = max(1, ceil(tonumber(local.rate[0]) / 1440))
      hour   = max(1, ceil(tonumber(local.rate[0]) / 24))
      day    = tonumber(local.rate[0])
    }[local.rate[1]],
    !local.all_year ? null : (
      contains(local.any_day, local.fields[2]) && contains(local.any_day, local.fields[4]) ? 1 :
      can(regex("^([1-9]|1\\d|2[0-8]|L)$", local.fields[2])) && local.fields[4] == "?" ? 31 :
      local.fields[2] == "?" && can(regex("^([1-7]|[A-Z]{3})$", local.fields[4])) ? 7 : null
    ),
  ), null)
}
