output "boundary" {
  description = "Policy document (JSON) of the most a role may hold."
  value       = data.aws_iam_policy_document.boundary.json

  precondition {
    condition     = length(replace(data.aws_iam_policy_document.boundary.json, "/\\s/", "")) <= 6144
    error_message = "The boundary has more than the 6144 characters IAM takes of a managed policy."
  }
}

output "deployer" {
  description = "Policy document (JSON) of what a pipeline may do."
  value       = data.aws_iam_policy_document.deployer.json

  precondition {
    condition     = length(replace(data.aws_iam_policy_document.deployer.json, "/\\s/", "")) <= 10240
    error_message = "The deployer's policy has more than the 10240 characters IAM takes of a role: shorten log_groups, senders or kms_key_arns."
  }

  precondition {
    condition     = length(setintersection(local.actions.deployer, ["iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary", "iam:CreatePolicyVersion", "iam:AttachRolePolicy"])) == 0
    error_message = "actions.json lets the deployer change boundaries."
  }
}

output "state_bucket" {
  description = "Policy document (JSON) of the bucket of the state."
  value       = data.aws_iam_policy_document.state.json
}
