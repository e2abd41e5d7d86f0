# What is protected, in the words of IAM: names and ARNs become resources, key=value becomes aws:ResourceTag. The function
# looks at no case; RDS keeps names in small letters, and IAM compares values of tags by case, so it is given the usual ones.

locals {
  protected_tags  = [for entry in var.policy.protected : entry if strcontains(entry, "=")]
  protected_arns  = [for entry in var.policy.protected : lower(entry) if startswith(lower(entry), "arn:") && !strcontains(entry, "=")]
  protected_names = [for entry in var.policy.protected : lower(entry) if !startswith(lower(entry), "arn:") && !strcontains(entry, "=")]

  never = concat(
    local.protected_arns,
    [for name in local.protected_names : "${local.prefix}:cluster:${name}"],
    [for name in local.protected_names : "${local.prefix}:db:${name}"],
  )

  # By key, in a fixed order.
  never_tagged = {
    for key in distinct([for entry in local.protected_tags : split("=", entry)[0]]) : key => distinct(flatten([
      for entry in local.protected_tags : [
        for value in [join("=", slice(split("=", entry), 1, length(split("=", entry))))] : [value, lower(value), upper(value), title(lower(value))]
      ] if split("=", entry)[0] == key
    ]))
  }
}

data "aws_iam_policy_document" "protected" {
  dynamic "statement" {
    for_each = length(local.never) == 0 ? [] : [local.never]

    content {
      sid       = "NeverWhatIsProtected"
      effect    = "Deny"
      actions   = ["rds:AddTagsToResource", "rds:DeleteDBCluster", "rds:ModifyDBCluster", "rds:RemoveTagsFromResource", "rds:RestoreDBClusterToPointInTime"]
      resources = sort(statement.value)
    }
  }

  dynamic "statement" {
    for_each = [for key in sort(keys(local.never_tagged)) : { key = key, values = local.never_tagged[key] }]

    content {
      sid       = "NeverWithProtectedTag${statement.key}"
      effect    = "Deny"
      actions   = ["rds:AddTagsToResource", "rds:DeleteDBCluster", "rds:ModifyDBCluster", "rds:RemoveTagsFromResource", "rds:RestoreDBClusterToPointInTime"]
      resources = ["${local.prefix}:cluster:*"]

      condition {
        test     = "StringLike"
        variable = "aws:ResourceTag/${statement.value.key}"
        values   = statement.value.values
      }
    }
  }
}
