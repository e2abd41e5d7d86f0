# A root that makes the channels it names: no ARN is known when it is planned.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.80"
    }
  }
}

resource "aws_secretsmanager_secret" "hook" {
  name = "hook"
}

resource "aws_sns_topic" "notices" {
  name = "notices"
}

module "run_access" {
  source = "../.."

  account = { dns_suffix = "amazonaws.com", id = "111122223333", partition = "aws", region = "eu-west-1" }
  applies = true
  job     = "cluster-cleanup"
  notices = { slack_secret_id = aws_secretsmanager_secret.hook.arn, sns_topic_arn = aws_sns_topic.notices.arn }
}
