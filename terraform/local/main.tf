# The whole of it on this machine's Docker: what deploy/compose.yaml is, for those who want it by the
# same two commands as in a cloud. Volumes outlive the containers.

locals {
  folder = abspath("${path.module}/${var.deploy}")
  count  = var.server ? 1 : 0

  labels = { "weir.managed-by" = "terraform/local" }
}

resource "docker_network" "back" {
  count = local.count

  name   = "${var.name}-back"
  driver = "bridge"
}

resource "docker_volume" "this" {
  for_each = toset(["weir", "postgres", "mlflow", "prometheus", "grafana"])

  name = "${var.name}-${each.value}"

  dynamic "labels" {
    for_each = local.labels

    content {
      label = labels.key
      value = labels.value
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}
