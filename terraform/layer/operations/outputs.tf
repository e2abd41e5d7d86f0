output "alarm_topic_arn" {
  description = "ARN of the topic alarms are sent to."
  value       = module.alarm_topic.arn
}

output "global_alarm_topic_arn" {
  description = "ARN of the topic for alarms of the Region aws.global; the same as alarm_topic_arn where that is the Region."
  value       = local.elsewhere ? one(module.global_alarm_topic[*].arn) : module.alarm_topic.arn
}

output "sender_dkim_records" {
  description = "DKIM records of the sender's domain, to be published before SES sends for it. Empty without a sender, and for an address."
  value = [
    for token in(strcontains(coalesce(var.sender_identity, "@"), "@") ? [] : flatten(values(module.sender)[*].dkim_tokens)) : {
      name  = "${token}._domainkey.${var.sender_identity}"
      type  = "CNAME"
      value = "${token}.dkim.amazonses.com"
    }
  ]
}
