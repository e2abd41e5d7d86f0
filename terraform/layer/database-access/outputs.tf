output "reports" {
  description = "What came of each event, by the name of its database: the counts and, by user, the outcome."
  value = {
    for name, invocation in aws_lambda_invocation.this : name => {
      counts = try(jsondecode(invocation.result).counts, {})
      users  = { for item in try(jsondecode(invocation.result).items, []) : item.id => item.outcome }
    }
  }
}
