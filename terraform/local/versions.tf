terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    docker = {
      source  = "kreuzwerker/docker"
      version = "~> 4.0"
    }
  }

  # State is a file of this machine. It holds what is in secrets/weir.env, and git ignores both.
  backend "local" {}
}

provider "docker" {
  host = var.docker
}
