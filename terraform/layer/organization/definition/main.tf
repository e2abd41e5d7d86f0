# The machine of a run through an organisation, as text. It is rendered from a template and not by jsonencode, which makes 5 of 5.0: a
# tolerated percentage is no whole number in the Amazon States Language. No provider is needed, so it can be rendered anywhere.

locals {
  # Both fields may stand; whichever is passed first ends the run.
  lines = compact([
    var.tolerated.count == null ? "" : format("      \"ToleratedFailureCount\": %d,", var.tolerated.count),
    var.tolerated.percent == null ? "" : format("      \"ToleratedFailurePercentage\": %.2f,", var.tolerated.percent),
  ])
  tolerated = join("\n", local.lines)

  # Only what Lambda itself could not do; what the function raises is for a redrive, when somebody has seen it.
  retry = jsonencode([{
    ErrorEquals = [
      "Lambda.AWSLambdaException",
      "Lambda.ClientExecutionTimeoutException",
      "Lambda.SdkClientException",
      "Lambda.ServiceException",
      "Lambda.TooManyRequestsException",
    ]
    IntervalSeconds = 2
    MaxAttempts     = 6
    BackoffRate     = 2
    JitterStrategy  = "FULL"
    MaxDelaySeconds = 60
  }])

  maps = [
    {
      comment   = "The accounts that go first are changed, each within the steps that were judged for it."
      name      = "Canary"
      next      = "JudgeCanary"
      phase     = "canary"
      tolerated = format("      \"ToleratedFailureCount\": %d,", var.canary_failures)
    },
    {
      comment   = "The other accounts are changed, each within the steps that were judged for it."
      name      = "Rest"
      next      = "Report"
      phase     = "rest"
      tolerated = local.tolerated
    },
  ]

  definition = templatefile("${path.module}/machine.json.tftpl", {
    applies         = var.applies
    bucket          = var.bucket
    concurrency     = var.concurrency
    functions       = var.functions
    get_object      = "arn:${var.partition}:states:::s3:getObject"
    invoke          = "arn:${var.partition}:states:::lambda:invoke"
    job             = var.job
    maps            = local.maps
    put_object      = "arn:${var.partition}:states:::s3:putObject"
    retry           = local.retry
    timeout_seconds = var.timeout_seconds
    tolerated       = local.tolerated
  })
}
