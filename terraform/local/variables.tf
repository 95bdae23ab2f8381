variable "docker" {
  description = "Where Docker listens."
  type        = string
  default     = "unix:///var/run/docker.sock"

  validation {
    condition     = can(regex("^(unix|ssh|npipe)://", var.docker))
    error_message = "docker has to begin with unix://, npipe:// or ssh://: by TCP anybody could ask it for anything."
  }
}

variable "name" {
  description = "What everything is called."
  type        = string
  default     = "weir"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "name has to be 3 to 20 small letters, digits and dashes."
  }
}

variable "server" {
  description = "Whether anything runs. Without it, what is kept stays: deploy/teardown sets this to false."
  type        = bool
  default     = true
}

variable "image" {
  description = "The server's image, such as ghcr.io/OWNER/weir@sha256:…; empty builds it from this repository, which takes a while."
  type        = string
  default     = ""

  validation {
    condition     = var.image == "" || can(regex("(@sha256:[0-9a-f]{64}|:[A-Za-z0-9_][A-Za-z0-9_.-]*)$", var.image)) && !endswith(var.image, ":latest")
    error_message = "image has to end in a digest, or in a tag other than latest."
  }
}

variable "images" {
  description = "What else runs: the same as in deploy/compose.yaml."
  type = object({
    grafana    = string
    postgres   = string
    prometheus = string
  })
  default = {
    grafana    = "grafana/grafana:13.2.3@sha256:b28bae15e219c998fb0e0424ed724930cc61b1f61fb404d47c862f9a23f9e572"
    postgres   = "pgvector/pgvector:0.8.2-pg17@sha256:feb68f4f15446397d8cac7f4fe48fe4586de83160d1fc48b46283312d1a33966"
    prometheus = "prom/prometheus:v3.13.3@sha256:6976aa8a60fec930796ce5772b8d12da7a318a5daa8d40d69c5c7819a05eeed7"
  }

  validation {
    condition     = alltrue([for image in values(var.images) : can(regex("@sha256:[0-9a-f]{64}$", image))])
    error_message = "images have to end in a digest."
  }
}

variable "ports" {
  description = "Where each is, on this machine alone."
  type = object({
    weir       = optional(number, 8080)
    mlflow     = optional(number, 5000)
    prometheus = optional(number, 9090)
    grafana    = optional(number, 3000)
  })
  default = {}

  validation {
    condition     = alltrue([for port in values(var.ports) : port > 0 && port < 65536]) && length(distinct(values(var.ports))) == 4
    error_message = "ports have to be four different ones below 65536."
  }
}

variable "deploy" {
  description = "The folder deploy of this repository, from this one: with the secrets that deploy/make-secrets makes."
  type        = string
  default     = "../../deploy"
}
