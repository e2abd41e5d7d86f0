# What a role of a function can be given at most, whoever writes its policy: what the roles of this repository hold.

resource "aws_iam_policy" "boundary" {
  #checkov:skip=CKV_AWS_287:A boundary gives nothing; what a role may read is in its own policies, by resource.
  #checkov:skip=CKV_AWS_288:The same.
  #checkov:skip=CKV_AWS_289:The same.
  #checkov:skip=CKV_AWS_290:The same.
  #checkov:skip=CKV_AWS_355:The same.
  name        = "${var.project}-boundary"
  description = "The most a role of ${var.project} may do"
  policy      = data.aws_iam_policy_document.boundary.json
}

data "aws_iam_policy_document" "boundary" {
  #checkov:skip=CKV_AWS_107:A boundary gives nothing; what a role may read is in its own policies, by resource.
  #checkov:skip=CKV_AWS_108:The same.
  #checkov:skip=CKV_AWS_109:The same.
  #checkov:skip=CKV_AWS_110:The same.
  #checkov:skip=CKV_AWS_111:The same.
  #checkov:skip=CKV_AWS_356:The same.
  statement {
    sid       = "WhatTheFunctionsAndTheirSchedulesDo"
    actions   = local.actions.boundary
    resources = ["*"]
  }
}
