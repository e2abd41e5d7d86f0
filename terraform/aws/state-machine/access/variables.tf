variable "account" {
  type = object({
    id        = string
    partition = string
    region    = string
  })
  description = "Where the machine lies."
  nullable    = false
}

variable "distributes" {
  type        = bool
  description = "Whether it has a Distributed Map: the role may then start, follow, stop and redrive what that runs."
  nullable    = false
}

variable "name" {
  type        = string
  description = "Name of the machine."
  nullable    = false
}
