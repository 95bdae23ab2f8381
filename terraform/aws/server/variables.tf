variable "name" {
  description = "What everything is called."
  type        = string
}

variable "zone" {
  description = "The Route 53 zone that host is in."
  type        = string
}

variable "host" {
  description = "The name that visitors type."
  type        = string

  validation {
    condition     = var.host == var.zone || endswith(var.host, ".${var.zone}")
    error_message = "host has to be the zone or a name in it."
  }
}

variable "place" {
  description = "The availability zone of the disk, and so of the machine."
  type        = string
}

variable "instance_type" {
  description = "The machine."
  type        = string
}

variable "ami" {
  description = "The system's image; empty takes the newest Amazon Linux 2023."
  type        = string
}

variable "user_data" {
  description = "What the machine does at its first start."
  type        = string
}

variable "volume" {
  description = "The disk that outlives the machine."
  type        = string
}

variable "key" {
  description = "The key of disks and logs."
  type        = string
}

variable "profile" {
  description = "Who the machine is to AWS."
  type        = string
}
