# A StackSet that AWS deploys by itself to every account of some units, and to those that join them.

resource "aws_cloudformation_stack_set" "this" {
  name             = var.name
  description      = var.description
  call_as          = var.call_as
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  permission_model = "SERVICE_MANAGED"
  tags             = var.tags
  template_body    = var.template

  # An account that leaves the units loses what was made for it.
  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  managed_execution {
    active = true
  }

  operation_preferences {
    failure_tolerance_percentage = var.tolerated_percent
    max_concurrent_percentage    = 25
  }

  lifecycle {
    # AWS fills it in for a StackSet it manages itself.
    ignore_changes = [administration_role_arn]

    precondition {
      condition     = length(var.template) <= 51200
      error_message = "The template has ${length(var.template)} bytes, and CloudFormation takes 51200."
    }
  }
}

# IAM is of no Region, so one of them is enough.
resource "aws_cloudformation_stack_set_instance" "this" {
  call_as        = var.call_as
  region         = var.region
  stack_set_name = aws_cloudformation_stack_set.this.name

  deployment_targets {
    account_filter_type     = length(var.excluded_accounts) == 0 ? null : "DIFFERENCE"
    accounts                = length(var.excluded_accounts) == 0 ? null : var.excluded_accounts
    organizational_unit_ids = var.unit_ids
  }

  operation_preferences {
    failure_tolerance_percentage = var.tolerated_percent
    max_concurrent_percentage    = 25
  }
}
