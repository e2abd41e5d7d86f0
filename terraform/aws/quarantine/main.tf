# Where raw copies of production stand until their data is nobody's: a security group that lets one function in and nothing out, and
# parameter groups by which a server writes nothing of what it is told into a log, sends its changes to nobody and runs nobody's jobs.

locals {
  of_postgresql = toset([for family in var.families : family if startswith(family, "aurora-postgresql")])
  of_mysql      = toset([for family in var.families : family if startswith(family, "aurora-mysql")])
}

# Without a rule of its own for what goes out there is none: a security group of Terraform has none unless it is named.
resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5:The function attaches it to each raw copy it makes; Terraform makes none.
  name        = var.name
  description = "Raw copies of production until they are anonymised: the function that does it gets in and nothing out"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = var.name })
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each = toset([for port in var.ports : tostring(port)])

  security_group_id            = aws_security_group.this.id
  description                  = "The function that anonymises"
  from_port                    = tonumber(each.value)
  ip_protocol                  = "tcp"
  referenced_security_group_id = var.function_security_group_id
  to_port                      = tonumber(each.value)
}

resource "aws_rds_cluster_parameter_group" "postgresql" {
  for_each = local.of_postgresql

  name        = "${var.name}-${each.value}"
  description = "Raw copies of production: nothing is replicated from them"
  family      = each.value
  tags        = var.tags

  parameter {
    apply_method = "pending-reboot"
    name         = "rds.logical_replication"
    value        = "0"
  }
}

resource "aws_db_parameter_group" "postgresql" {
  for_each = local.of_postgresql

  name        = "${var.name}-${each.value}"
  description = "Raw copies of production: no statement and no value is logged"
  family      = each.value
  tags        = var.tags

  dynamic "parameter" {
    for_each = {
      log_error_verbosity               = "terse"
      log_min_duration_sample           = "-1"
      log_min_duration_statement        = "-1"
      log_parameter_max_length          = "0"
      log_parameter_max_length_on_error = "0"
      log_statement                     = "none"
      log_transaction_sample_rate       = "0"
    }

    content {
      name  = parameter.key
      value = parameter.value
    }
  }
}

resource "aws_rds_cluster_parameter_group" "mysql" {
  for_each = local.of_mysql

  name        = "${var.name}-${each.value}"
  description = "Raw copies of production: no binary log, no audit, no events"
  family      = each.value
  tags        = var.tags

  parameter {
    apply_method = "pending-reboot"
    name         = "binlog_format"
    value        = "OFF"
  }

  dynamic "parameter" {
    for_each = { event_scheduler = "OFF", server_audit_logging = "0" }

    content {
      name  = parameter.key
      value = parameter.value
    }
  }
}

resource "aws_db_parameter_group" "mysql" {
  for_each = local.of_mysql

  name        = "${var.name}-${each.value}"
  description = "Raw copies of production: no statement is logged"
  family      = each.value
  tags        = var.tags

  dynamic "parameter" {
    for_each = { general_log = "0", slow_query_log = "0" }

    content {
      name  = parameter.key
      value = parameter.value
    }
  }
}
