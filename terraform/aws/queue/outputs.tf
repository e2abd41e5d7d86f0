# Put together, because it is known before the queue is there: a role's policy that names it can be read in the plan that makes both,
# and is refused there if it is too long.
output "arn" {
  description = "ARN of the queue."
  value       = "arn:${var.account.partition}:sqs:${var.account.region}:${var.account.id}:${var.name}"

  depends_on = [aws_sqs_queue.this]
}

output "name" {
  description = "Name of the queue."
  value       = aws_sqs_queue.this.name
}
