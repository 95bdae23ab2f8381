variable "host" {
  description = "The name that visitors type. It must point at this machine before a certificate can be had."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.host))
    error_message = "host has to be a name such as weir.example, in small letters."
  }
}

variable "email" {
  description = "Where Let's Encrypt may write to about the certificate."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.email))
    error_message = "email has to be an address such as you@weir.example."
  }
}

variable "acme_directory" {
  description = "Who signs the certificate. Try with staging: production counts what goes wrong."
  type        = string
  default     = "https://acme-v02.api.letsencrypt.org/directory"

  validation {
    condition     = startswith(var.acme_directory, "https://")
    error_message = "acme_directory has to begin with https://."
  }
}

variable "image" {
  description = "The image of the server. With a digest the tag says only to a reader what it is."
  type = object({
    repository = string
    tag        = optional(string, "")
    digest     = optional(string, "")
  })

  validation {
    condition     = can(regex("^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+$", var.image.repository))
    error_message = "image.repository has to name a registry and a repository in small letters, such as ghcr.io/you/weir."
  }

  validation {
    condition     = var.image.digest == "" || can(regex("^sha256:[0-9a-f]{64}$", var.image.digest))
    error_message = "image.digest has to be sha256: and 64 hexadecimal digits."
  }

  validation {
    condition     = var.image.digest != "" || !contains(["", "latest"], var.image.tag)
    error_message = "image takes a digest, or a tag other than latest: what runs has to be known."
  }
}

variable "chart" {
  description = "The Helm chart deploy/helm/weir as it was pushed to a registry, and its version."
  type = object({
    place   = string
    version = string
  })

  validation {
    condition     = startswith(var.chart.place, "oci://") && can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+", var.chart.version))
    error_message = "chart takes a place that begins with oci://, and a version such as 0.1.0."
  }
}

variable "values" {
  description = "More values of the chart. What this module sets itself goes over them."
  type        = any
  default     = {}
}

variable "config" {
  description = "Keys of weir.toml, section by section."
  type        = any
  default     = {}
}

variable "data_gib" {
  description = "GiB that the server may fill with what visitors keep."
  type        = number
  default     = 20

  validation {
    condition     = var.data_gib >= 1 && floor(var.data_gib) == var.data_gib
    error_message = "data_gib has to be a whole number of at least 1."
  }
}

variable "data_device" {
  description = "The disk that outlives the machine, as /dev/disk/by-id/… or /dev/…; empty keeps all on the machine's own."
  type        = string
  default     = ""

  validation {
    condition     = var.data_device == "" || startswith(var.data_device, "/dev/")
    error_message = "data_device has to begin with /dev/."
  }
}

variable "k3s" {
  description = <<-EOT
    The release of k3s, and the SHA-256 of its program for amd64. Without one, the program is
    checked against the list of sums beside it, which notices a broken download but no forged
    release: fill it in from sha256sum-amd64.txt of the release.
  EOT
  type = object({
    version = optional(string, "v1.34.1+k3s1")
    sha256  = optional(string, "")
  })
  default = {}

  validation {
    condition     = can(regex("^v1\\.[0-9]+\\.[0-9]+\\+k3s[0-9]+$", var.k3s.version))
    error_message = "k3s.version has to be a release such as v1.34.1+k3s1."
  }

  validation {
    condition     = var.k3s.sha256 == "" || can(regex("^[0-9a-f]{64}$", var.k3s.sha256))
    error_message = "k3s.sha256 has to be 64 hexadecimal digits."
  }
}

variable "cloud" {
  description = "Whose machine it is: how it proves to the image registry and to buckets who it is. `none` asks for neither."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "aws", "gcp", "azure"], var.cloud)
    error_message = "cloud has to be none, aws, gcp or azure."
  }
}

variable "private_registry" {
  description = "Whether the image is in a registry of that cloud that asks who wants it."
  type        = bool
  default     = false
}

variable "buckets" {
  description = "Places that the machine copies from and to every hour; those that are empty it leaves alone. For aws and gcp."
  type = object({
    models = optional(string, "")
    audio  = optional(string, "")
    data   = optional(string, "")
  })
  default = {}

  validation {
    condition     = alltrue([for place in values(var.buckets) : place == "" || can(regex("^(s3|gs)://", place))])
    error_message = "buckets have to begin with s3:// or gs://."
  }
}
