output "account" {
  description = "Account (id), partition, its suffix of domain names (dns_suffix) and Region, for the variable account of the other modules."
  value = {
    dns_suffix = data.aws_partition.current.dns_suffix
    id         = data.aws_caller_identity.current.account_id
    partition  = data.aws_partition.current.partition
    region     = data.aws_region.current.id
  }
}
