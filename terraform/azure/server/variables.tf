variable "name" {
  description = "What everything is called."
  type        = string
}

variable "group" {
  description = "The resource group."
  type        = string
}

variable "location" {
  description = "Where it runs."
  type        = string
}

variable "tags" {
  description = "What everything is tagged with."
  type        = map(string)
}

variable "dns_zone" {
  description = "The zone that host is in, and the zone's resource group."
  type = object({
    name  = string
    group = string
  })
}

variable "host" {
  description = "The name that visitors type."
  type        = string

  validation {
    condition     = var.host == var.dns_zone.name || endswith(var.host, ".${var.dns_zone.name}")
    error_message = "host has to be the zone or a name in it."
  }
}

variable "size" {
  description = "The machine."
  type        = string
}

variable "ssh_public_key" {
  description = "The key that Azure asks for."
  type        = string
}

variable "user_data" {
  description = "What the machine does at its first start."
  type        = string
}

variable "disk" {
  description = "The disk that outlives the machine."
  type        = string
}

variable "lun" {
  description = "Where that disk is plugged in."
  type        = number
}

variable "identity" {
  description = "Who the machine is to Azure."
  type        = string
}
