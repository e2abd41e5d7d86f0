output "per_command" {
  description = "Policy documents (JSON) by command, for whoever may use one and not another: list, show and snapshots only look; extend and delete need look as well; never goes with each."
  value = {
    delete = data.aws_iam_policy_document.delete.json
    extend = data.aws_iam_policy_document.extend.json
    look   = data.aws_iam_policy_document.look.json
    never  = data.aws_iam_policy_document.never.json
  }
}

output "policy" {
  description = "Policy document (JSON) for the roles of developers, beside invoke_policy of the layer: all of per_command."
  value       = data.aws_iam_policy_document.this.json
}
