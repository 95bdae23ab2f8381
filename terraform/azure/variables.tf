variable "subscription" {
  description = "The subscription that pays."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription))
    error_message = "subscription has to be an id such as 00000000-0000-0000-0000-000000000000."
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

variable "unique" {
  description = "Letters and digits after the name of what the whole world shares: the storage account and the registry."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{3,10}$", var.unique))
    error_message = "unique has to be 3 to 10 small letters and digits."
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

variable "location" {
  description = "Where it runs."
  type        = string
  default     = "germanywestcentral"

  validation {
    condition     = can(regex("^[a-z0-9]+$", var.location))
    error_message = "location has to be one such as germanywestcentral."
  }
}

variable "server" {
  description = "Whether there is a server. Without one, what it keeps stays: deploy/teardown sets this to false."
  type        = bool
  default     = true
}

variable "dns_zone" {
  description = "The zone of Azure DNS that is there already, and the resource group that it is in."
  type = object({
    name  = string
    group = string
  })
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

variable "ssh_public_key" {
  description = "Azure makes no Linux machine without one. Port 22 is closed all the same: it is for the serial console's rescue."
  type        = string

  validation {
    condition     = can(regex("^ssh-(rsa|ed25519) [A-Za-z0-9+/=]+", var.ssh_public_key))
    error_message = "ssh_public_key has to begin with ssh-ed25519 or ssh-rsa."
  }
}

variable "acme_directory" {
  description = "Who signs the certificate. For a first try https://acme-staging-v02.api.letsencrypt.org/directory: production counts what goes wrong."
  type        = string
  default     = "https://acme-v02.api.letsencrypt.org/directory"
}

variable "image" {
  description = "The server's image, such as ghcr.io/OWNER/weir, or one in the registry made here. A digest goes over a tag."
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

variable "size" {
  description = "The machine, an x86-64 one whose disks are SCSI: those with v5 in their name are."
  type        = string
  default     = "Standard_D2s_v5"

  validation {
    condition     = can(regex("^Standard_[A-Za-z0-9]+s_v[2-5]$", var.size))
    error_message = "size has to be one such as Standard_D2s_v5."
  }
}

variable "disk_gib" {
  description = "GiB of the disk that outlives the machine."
  type        = number
  default     = 64

  validation {
    condition     = var.disk_gib >= 30 && var.disk_gib <= 1000
    error_message = "disk_gib has to be from 30 to 1000: 20 are the server's, the rest is for images."
  }
}

variable "audio_days" {
  description = "Days after which kept sound is gone from its container, whatever happened to the server."
  type        = number
  default     = 30

  validation {
    condition     = var.audio_days >= 1 && var.audio_days <= 365
    error_message = "audio_days has to be from 1 to 365."
  }
}

variable "budget" {
  description = "What a month may cost, in the currency of the subscription: a mail at 80 % of it, and when the forecast goes over."
  type        = number
  default     = 120

  validation {
    condition     = var.budget > 0
    error_message = "budget has to be above 0."
  }
}

variable "budget_start" {
  description = "The first day of a month, from which the budget counts. Azure takes none from before this month."
  type        = string

  validation {
    condition     = can(regex("^20[0-9]{2}-[01][0-9]-01T00:00:00Z$", var.budget_start))
    error_message = "budget_start has to look like 2027-01-01T00:00:00Z."
  }
}
