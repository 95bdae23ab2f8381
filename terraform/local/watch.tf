# Prometheus and Grafana, with the rules and dashboards of deploy/monitoring.

resource "docker_image" "watch" {
  for_each = var.server ? { for name in ["prometheus", "grafana"] : name => var.images[name] } : {}

  name         = each.value
  keep_locally = true
}

resource "docker_container" "prometheus" {
  count = local.count

  name    = "${var.name}-prometheus"
  image   = docker_image.watch["prometheus"].image_id
  restart = "unless-stopped"
  command = [
    "--config.file=/etc/prometheus/prometheus.yml",
    "--storage.tsdb.path=/prometheus",
    "--storage.tsdb.retention.time=30d",
    "--storage.tsdb.retention.size=8GB",
  ]
  memory        = 1024
  read_only     = true
  security_opts = ["no-new-privileges:true"]

  capabilities {
    drop = ["ALL"]
  }

  networks_advanced {
    name    = docker_network.back[0].name
    aliases = ["prometheus"]
  }

  ports {
    internal = 9090
    external = var.ports.prometheus
    ip       = "127.0.0.1"
  }

  mounts {
    type   = "volume"
    source = docker_volume.this["prometheus"].name
    target = "/prometheus"
  }

  mounts {
    type      = "bind"
    source    = "${local.folder}/monitoring/rules"
    target    = "/etc/prometheus/rules"
    read_only = true
  }

  mounts {
    type      = "bind"
    source    = "${local.folder}/secrets/weir-metrics-token"
    target    = "/run/secrets/weir-metrics-token"
    read_only = true
  }

  upload {
    file    = "/etc/prometheus/prometheus.yml"
    content = file("${path.module}/files/prometheus.yml")
  }
}

resource "docker_container" "grafana" {
  count = local.count

  name    = "${var.name}-grafana"
  image   = docker_image.watch["grafana"].image_id
  restart = "unless-stopped"
  env = [
    "GF_SECURITY_ADMIN_PASSWORD__FILE=/run/secrets/grafana-admin-password",
    "GF_ANALYTICS_REPORTING_ENABLED=false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES=false",
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES=false",
    "GF_PLUGINS_PREINSTALL_DISABLED=true",
  ]
  memory        = 512
  security_opts = ["no-new-privileges:true"]

  capabilities {
    drop = ["ALL"]
  }

  networks_advanced {
    name    = docker_network.back[0].name
    aliases = ["grafana"]
  }

  ports {
    internal = 3000
    external = var.ports.grafana
    ip       = "127.0.0.1"
  }

  mounts {
    type   = "volume"
    source = docker_volume.this["grafana"].name
    target = "/var/lib/grafana"
  }

  dynamic "mounts" {
    for_each = {
      "monitoring/grafana/provisioning" = "/etc/grafana/provisioning"
      "monitoring/grafana/dashboards"   = "/var/lib/grafana/dashboards"
      "secrets/grafana-admin-password"  = "/run/secrets/grafana-admin-password"
    }

    content {
      type      = "bind"
      source    = "${local.folder}/${mounts.key}"
      target    = mounts.value
      read_only = true
    }
  }
}
