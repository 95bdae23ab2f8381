variable "name" {
  description = "What everything is called: the same as in terraform/aws."
  type        = string
  default     = "weir"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "name has to be 3 to 20 small letters, digits and dashes."
  }
}

variable "region" {
  description = "Where the state is, and where the roles may make anything: the same as in terraform/aws."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region has to be one such as eu-central-1."
  }
}

variable "repository" {
  description = "The repository on GitHub whose pipelines may come in, such as OWNER/weir."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository has to be OWNER/NAME, with no wildcard in it."
  }
}

variable "branch" {
  description = "The branch that images are pushed from."
  type        = string
  default     = "main"

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]+$", var.branch))
    error_message = "branch has to be one name, with no wildcard in it."
  }
}

variable "environment" {
  description = "The environment on GitHub that deploys; give it reviewers there."
  type        = string
  default     = "production"

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+$", var.environment))
    error_message = "environment has to be one name, with no wildcard in it."
  }
}
