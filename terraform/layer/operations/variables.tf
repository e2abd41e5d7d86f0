variable "account" {
  type = object({
    id     = string
    region = string
  })
  description = "Where this lies: the output of the module account."
  nullable    = false
}

variable "alarm_mail_addresses" {
  type        = set(string)
  description = "Mail addresses that get every alarm. Each must confirm the mail SNS sends it."
  default     = []
  nullable    = false
}

variable "environment" {
  type        = string
  description = "Name of the environment, a part of every name."
  nullable    = false
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of the KMS key for the topic; its policy must let cloudwatch.amazonaws.com use it."
  default     = null
}

variable "project" {
  type        = string
  description = "First part of every name."
  default     = "nightshift"
  nullable    = false
}

variable "sender_identity" {
  type        = string
  description = "Mail address or domain that SES is to verify as a sender here. Null if there is none, or it is verified elsewhere."
  default     = null
}

variable "tags" {
  type        = map(string)
  description = "Tags of everything here, beside component."
  default     = {}
  nullable    = false
}
