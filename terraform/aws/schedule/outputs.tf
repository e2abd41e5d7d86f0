output "arn" {
  description = "ARN of the schedule."
  value       = aws_scheduler_schedule.this.arn
}

output "group_name" {
  description = "Name of its group, which the command line asks for beside the name."
  value       = aws_scheduler_schedule_group.this.name
}

output "name" {
  description = "Name of the schedule."
  value       = aws_scheduler_schedule.this.name
}

output "policy" {
  description = "Policy document (JSON) of the role it calls with."
  value       = data.aws_iam_policy_document.this.json
}

output "role_name" {
  description = "Name of the role it calls with."
  value       = aws_iam_role.this.name
}
