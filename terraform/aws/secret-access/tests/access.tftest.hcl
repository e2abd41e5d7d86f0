# Policies are the real provider's; no call is made.
provider "aws" {
  access_key                  = "none"
  region                      = "eu-west-1"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account = {
    dns_suffix = "amazonaws.com"
    id         = "111122223333"
    partition  = "aws"
    region     = "eu-west-1"
  }

  secret_ids = ["slack/webhook", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf"]
  sid        = "ReadTheWebhook"
}

run "each_secret_by_itself_and_no_other_right" {
  command = plan

  assert {
    condition = jsondecode(output.policy).Statement == [{
      Sid    = "ReadTheWebhook"
      Effect = "Allow"
      Action = "secretsmanager:GetSecretValue"
      Resource = [
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack/webhook-??????",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf-??????",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:other-AbCdEf",
      ]
    }]
    error_message = output.policy
  }
}

run "a_key_is_used_through_secrets_manager_only" {
  command = plan

  variables {
    kms_key_arns = ["arn:aws:kms:eu-west-1:111122223333:key/ours"]
  }

  assert {
    condition = jsondecode(output.policy).Statement[1].Condition == {
      StringEquals = { "kms:ViaService" = "secretsmanager.eu-west-1.amazonaws.com" }
    }
    error_message = output.policy
  }
}

run "no_secret_is_no_right" {
  command = plan

  variables {
    kms_key_arns = ["arn:aws:kms:eu-west-1:111122223333:key/ours"]
    secret_ids   = []
  }

  assert {
    condition     = try(jsondecode(output.policy).Statement, null) == null
    error_message = output.policy
  }
}

run "a_sid_has_no_spaces" {
  command = plan

  variables {
    sid = "read it"
  }

  expect_failures = [var.sid]
}
