output "alarm_topic_arn" {
  description = "ARN of the topic alarms are sent to."
  value       = module.alarm_topic.arn
}

output "sender_dkim_tokens" {
  description = "DKIM tokens of the sender's domain, to be published as CNAME records. Empty without a sender."
  value       = flatten(values(module.sender)[*].dkim_tokens)
}
