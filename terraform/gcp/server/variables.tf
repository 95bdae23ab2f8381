variable "name" {
  description = "What everything is called."
  type        = string
}

variable "region" {
  description = "Where it runs."
  type        = string
}

variable "zone" {
  description = "The zone of the disk, and so of the machine."
  type        = string
}

variable "dns_zone" {
  description = "The managed zone that host is in, by its name."
  type        = string
}

variable "host" {
  description = "The name that visitors type."
  type        = string
}

variable "machine_type" {
  description = "The machine."
  type        = string
}

variable "shell" {
  description = "Whether port 22 is open to IAP."
  type        = bool
}

variable "user_data" {
  description = "What the machine does at its first start."
  type        = string
}

variable "disk" {
  description = "The disk that outlives the machine."
  type        = string
}

variable "disk_name" {
  description = "What that disk is called on the machine."
  type        = string
}

variable "key" {
  description = "The key of the system's disk."
  type        = string
}

variable "account" {
  description = "Who the machine is to Google."
  type        = string
}
