output "boundary_arn" {
  description = "ARN of the boundary: permissions_boundary_arn of platform, without which the deployer may make no role."
  value       = aws_iam_policy.boundary.arn
}

output "deployer_arn" {
  description = "ARN of the role a pipeline deploys with."
  value       = aws_iam_role.deployer.arn
}

output "state_bucket" {
  description = "Name of the bucket: terraform init -backend-config=bucket=NAME."
  value       = aws_s3_bucket.state.bucket
}
