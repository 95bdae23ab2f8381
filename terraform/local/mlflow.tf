resource "docker_image" "mlflow" {
  count = local.count

  name         = "${var.name}-mlflow:local"
  keep_locally = true

  build {
    context = "${local.folder}/mlflow"
  }
}

resource "docker_container" "mlflow" {
  count = local.count

  name    = "${var.name}-mlflow"
  image   = docker_image.mlflow[0].image_id
  restart = "unless-stopped"
  env = [
    "MLFLOW_DB_PASSWORD_FILE=/run/secrets/mlflow-db-password",
    # weir asks for the first; a browser on this machine for the others.
    "MLFLOW_SERVER_ALLOWED_HOSTS=mlflow:5000,localhost:${var.ports.mlflow},127.0.0.1:${var.ports.mlflow}",
  ]
  memory        = 2048
  security_opts = ["no-new-privileges:true"]

  capabilities {
    drop = ["ALL"]
  }

  networks_advanced {
    name    = docker_network.back[0].name
    aliases = ["mlflow"]
  }

  ports {
    internal = 5000
    external = var.ports.mlflow
    ip       = "127.0.0.1"
  }

  mounts {
    type   = "volume"
    source = docker_volume.this["mlflow"].name
    target = "/var/lib/mlflow"
  }

  mounts {
    type      = "bind"
    source    = "${local.folder}/secrets/mlflow-db-password"
    target    = "/run/secrets/mlflow-db-password"
    read_only = true
  }

  depends_on = [docker_container.postgres]
}
