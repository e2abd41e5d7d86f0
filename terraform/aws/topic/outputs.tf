output "arn" {
  description = "ARN of the topic, once its policy lets alarms write to it."
  value       = aws_sns_topic.this.arn

  depends_on = [aws_sns_topic_policy.this]
}
