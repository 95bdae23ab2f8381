variable "project" {
  description = "The project that all is in: best one of its own."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project has to be an id of a project, not its title or number."
  }
}

variable "billing_account" {
  description = "Who pays, as 000000-000000-000000: for the budget."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "billing_account has to look like 012345-6789AB-CDEF01."
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

variable "environment" {
  description = "Which of several deployments this is: a label."
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
  default     = "europe-west3"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region has to be one such as europe-west3."
  }
}

variable "zone_letter" {
  description = "Which zone of the region the disk is in, and so the machine."
  type        = string
  default     = "a"

  validation {
    condition     = can(regex("^[a-f]$", var.zone_letter))
    error_message = "zone_letter has to be one letter from a to f."
  }
}

variable "server" {
  description = "Whether there is a server. Without one, what it keeps stays: deploy/teardown sets this to false."
  type        = bool
  default     = true
}

variable "dns_zone" {
  description = "The managed zone of Cloud DNS that is there already, by its name in the project."
  type        = string
}

variable "host" {
  description = "The name that visitors type: in that zone."
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
  description = "The server's image, such as ghcr.io/OWNER/weir, or one in the registry of this project. A digest goes over a tag."
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

variable "machine_type" {
  description = "The machine, an x86-64 one."
  type        = string
  default     = "e2-standard-2"
}

variable "shell" {
  description = "Whether port 22 is open to Google's own proxy (IAP), which asks who wants in. Nobody else ever gets at it."
  type        = bool
  default     = false
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

variable "budget" {
  description = "What a month may cost, in the currency of the billing account: a mail at 80 % of it, and when the forecast goes over."
  type        = number
  default     = 120

  validation {
    condition     = var.budget >= 1 && floor(var.budget) == var.budget
    error_message = "budget has to be a whole number of at least 1."
  }
}
