output "arn" {
  description = "ARN of the identity."
  value       = aws_sesv2_email_identity.this.arn
}

output "dkim_tokens" {
  description = "For a domain: each is a CNAME <token>._domainkey.<domain> to <token>.dkim.amazonses.com."
  value       = flatten(aws_sesv2_email_identity.this.dkim_signing_attributes[*].tokens)
}
