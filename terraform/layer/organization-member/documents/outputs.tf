output "roles" {
  description = "The roles, read and, where changes are made, apply: description, name, path, policy and trust (JSON)."
  value = {
    for kind in keys(local.kinds) : kind => {
      description = kind == "read" ? "What ${local.name} reads in this account; nothing is changed with it" : "What ${local.name} reads and changes in this account"
      name        = "${local.name}-${kind}"
      path        = local.path
      policy      = data.aws_iam_policy_document.policy[kind].json
      trust       = data.aws_iam_policy_document.trust[kind].json
    }
  }

  precondition {
    condition     = length(local.unknown) == 0
    error_message = "There is no policy.${join(", no policy.", local.unknown)}: a misspelt protection would protect nothing."
  }
}
