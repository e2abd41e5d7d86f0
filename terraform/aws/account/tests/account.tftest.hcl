mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_partition" {
    defaults = { dns_suffix = "amazonaws.com.cn", partition = "aws-cn" }
  }

  mock_data "aws_region" {
    defaults = { id = "cn-north-1" }
  }
}

run "it_says_where_this_is" {
  command = plan

  assert {
    condition = output.account == {
      dns_suffix = "amazonaws.com.cn"
      id         = "111122223333"
      partition  = "aws-cn"
      region     = "cn-north-1"
    }
    error_message = jsonencode(output.account)
  }
}
