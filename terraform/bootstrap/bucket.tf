# The bucket of Terraform's state: versions are kept, nobody outside reads it, nothing comes or goes in clear text (the policy is in the
# module access).

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18:Who read the state is in CloudTrail's data events, where the account wants them.
  #checkov:skip=CKV_AWS_144:The state is of one Region; its versions are the backup.
  #checkov:skip=CKV_AWS_145:The state holds no secret; SSE-S3 encrypts it.
  #checkov:skip=CKV2_AWS_62:Nobody waits for a change of the state.
  bucket = var.state_bucket

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = 365
    }
  }

  depends_on = [aws_s3_bucket_versioning.state]
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = module.access.state_bucket

  depends_on = [aws_s3_bucket_public_access_block.state]
}
