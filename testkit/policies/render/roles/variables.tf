variable "account" {
  type = object({
    dns_suffix = string
    id         = string
    partition  = string
    region     = string
  })
  description = "Account, partition, its suffix of domain names, and Region."
  nullable    = false
}

variable "second_region" {
  type        = string
  description = "Another Region clusters are in, and secrets are copied to."
  nullable    = false
}
