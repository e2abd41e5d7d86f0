# A sender of mail: an address, or a domain. SES sends nothing for it until it is verified: an address by the link in
# the mail SES sends, a domain by the DKIM records among the outputs.

resource "aws_sesv2_email_identity" "this" {
  email_identity = var.identity
  tags           = var.tags
}
