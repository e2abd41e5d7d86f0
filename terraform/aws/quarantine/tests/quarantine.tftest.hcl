# No call is made: what is planned is looked at.
mock_provider "aws" {}

variables {
  families                   = ["aurora-mysql8.0", "aurora-postgresql16"]
  function_security_group_id = "sg-function"
  name                       = "nightshift-dev-quarantine"
  vpc_id                     = "vpc-1"
}

run "the_function_gets_in_and_nothing_out" {
  command = plan

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.this : rule.referenced_security_group_id == "sg-function" && rule.cidr_ipv4 == null && rule.from_port == rule.to_port])
    error_message = "Somebody else is let in."
  }

  assert {
    condition     = sort(keys(aws_vpc_security_group_ingress_rule.this)) == tolist(["3306", "5432"])
    error_message = "The ports are ${jsonencode(keys(aws_vpc_security_group_ingress_rule.this))}."
  }
}

run "each_family_has_groups_by_the_name_that_the_function_looks_for" {
  command = plan

  assert {
    condition = sort(concat(
      [for group in aws_rds_cluster_parameter_group.mysql : group.name],
      [for group in aws_db_parameter_group.mysql : group.name],
      [for group in aws_rds_cluster_parameter_group.postgresql : group.name],
      [for group in aws_db_parameter_group.postgresql : group.name],
      )) == tolist(flatten([for family in ["aurora-mysql8.0", "aurora-postgresql16"] : [
        for one in range(2) : replace(output.parameter_group, "{family}", family)
    ]]))
    error_message = "The groups are called otherwise than ${output.parameter_group}."
  }
}

run "nothing_is_logged" {
  command = plan

  assert {
    condition = { for parameter in aws_db_parameter_group.postgresql["aurora-postgresql16"].parameter : parameter.name => parameter.value } == {
      log_error_verbosity               = "terse"
      log_min_duration_sample           = "-1"
      log_min_duration_statement        = "-1"
      log_parameter_max_length          = "0"
      log_parameter_max_length_on_error = "0"
      log_statement                     = "none"
      log_transaction_sample_rate       = "0"
    }
    error_message = "A server would log something."
  }

  assert {
    condition = { for parameter in aws_rds_cluster_parameter_group.mysql["aurora-mysql8.0"].parameter : parameter.name => parameter.value } == {
      binlog_format        = "OFF"
      event_scheduler      = "OFF"
      server_audit_logging = "0"
    }
    error_message = "A server would log, send or run something."
  }
}

run "a_family_is_one_of_aurora" {
  command = plan

  variables {
    families = ["postgres16"]
  }

  expect_failures = [var.families]
}
