variable "expression" {
  type        = string
  description = "Of a schedule of EventBridge Scheduler."
  nullable    = false
}
