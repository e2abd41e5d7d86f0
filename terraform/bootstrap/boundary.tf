# What a role of a function can be given at most, whoever writes its policy: what the roles of this repository hold.

resource "aws_iam_policy" "boundary" {
  #checkov:skip=CKV_AWS_287:A boundary gives nothing; what a role may read is in its own policies, by resource.
  #checkov:skip=CKV_AWS_288:The same.
  #checkov:skip=CKV_AWS_289:The same.
  #checkov:skip=CKV_AWS_290:The same.
  #checkov:skip=CKV_AWS_355:The same.
  name        = "${var.project}-boundary"
  description = "The most a role of ${var.project} may do"
  policy      = module.access.boundary
}
