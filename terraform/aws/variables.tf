variable "name" {
  description = "What everything is called, and the value of the tag that budgets count by."
  type        = string
  default     = "weir"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "name has to be 3 to 20 small letters, digits and dashes."
  }
}

variable "environment" {
  description = "Which of several deployments this is: a tag."
  type        = string
  default     = "production"

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment has to be staging or production."
  }
}

variable "region" {
  description = "Where it runs."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region has to be one such as eu-central-1."
  }
}

variable "availability_zone" {
  description = "Where in the region the disk is, and so the machine. Another one later is another disk."
  type        = string
  default     = "eu-central-1a"

  validation {
    condition     = can(regex("^${var.region}[a-z]$", var.availability_zone))
    error_message = "availability_zone has to be the region and a letter."
  }
}

variable "server" {
  description = "Whether there is a server. Without one, what it keeps stays: deploy/teardown sets this to false."
  type        = bool
  default     = true
}

variable "zone" {
  description = "The Route 53 zone that is there already, such as weir.example."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.zone))
    error_message = "zone has to be a name without a dot at its end."
  }
}

variable "host" {
  description = "The name that visitors type: the zone or a name in it."
  type        = string
}

variable "email" {
  description = "Whom Let's Encrypt and the budget write to."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.email))
    error_message = "email has to be an address such as you@weir.example."
  }
}

variable "acme_directory" {
  description = "Who signs the certificate. For a first try https://acme-staging-v02.api.letsencrypt.org/directory: production counts what goes wrong."
  type        = string
  default     = "https://acme-v02.api.letsencrypt.org/directory"
}

variable "image" {
  description = "The server's image, such as ghcr.io/OWNER/weir, or one in the registry of this account. A digest goes over a tag."
  type = object({
    repository = string
    tag        = optional(string, "")
    digest     = optional(string, "")
  })
}

variable "chart" {
  description = "The chart deploy/helm/weir as it was pushed, such as oci://ghcr.io/OWNER/charts/weir, and its version."
  type = object({
    place   = string
    version = string
  })
}

variable "config" {
  description = "Keys of weir.toml, section by section."
  type        = any
  default     = {}
}

variable "k3s" {
  description = "The release of k3s, and the SHA-256 of its program: see modules/k3s-cloud-init."
  type = object({
    version = optional(string, "v1.34.1+k3s1")
    sha256  = optional(string, "")
  })
  default = {}
}

variable "instance_type" {
  description = "The machine, an x86-64 one: two processors are enough for some dozen visitors at a time."
  type        = string
  default     = "m7i.large"
}

variable "ami" {
  description = "The system's image; empty takes the newest Amazon Linux 2023 at the first start, and stays with it."
  type        = string
  default     = ""

  validation {
    condition     = var.ami == "" || can(regex("^ami-[0-9a-f]+$", var.ami))
    error_message = "ami has to be an id such as ami-0123456789abcdef0."
  }
}

variable "disk_gib" {
  description = "GiB of the disk that outlives the machine."
  type        = number
  default     = 40

  validation {
    condition     = var.disk_gib >= 30 && var.disk_gib <= 1000
    error_message = "disk_gib has to be from 30 to 1000: 20 are the server's, the rest is for images."
  }
}

variable "audio_days" {
  description = "Days after which kept sound is gone from its bucket, whatever happened to the server."
  type        = number
  default     = 30

  validation {
    condition     = var.audio_days >= 1 && var.audio_days <= 365
    error_message = "audio_days has to be from 1 to 365."
  }
}

variable "budget_usd" {
  description = "US dollars a month at which a mail is written: at 80 % of them, and when the forecast goes over."
  type        = number
  default     = 120

  validation {
    condition     = var.budget_usd > 0
    error_message = "budget_usd has to be above 0."
  }
}
