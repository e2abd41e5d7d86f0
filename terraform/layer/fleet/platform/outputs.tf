output "platform" {
  description = "The same, with what was left out."
  value       = var.platform
}

output "settings" {
  description = "Names of what it and each object in it may hold: Terraform would leave out a misspelt one without a word."
  value = {
    platform      = keys(var.platform)
    packages      = keys(var.platform.packages)
    report_bucket = ["kms_key_arn", "name"]
    vpc           = ["security_group_ids", "subnet_ids"]
  }
}
