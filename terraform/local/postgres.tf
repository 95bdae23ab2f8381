resource "docker_image" "postgres" {
  count = local.count

  name         = var.images.postgres
  keep_locally = true
}

resource "docker_container" "postgres" {
  count = local.count

  name    = "${var.name}-postgres"
  image   = docker_image.postgres[0].image_id
  restart = "unless-stopped"
  env = [
    "POSTGRES_PASSWORD_FILE=/run/secrets/postgres-password",
    # Sums over each page, so that a broken disk is noticed.
    "POSTGRES_INITDB_ARGS=--data-checksums",
  ]
  memory                = 1024
  security_opts         = ["no-new-privileges:true"]
  stop_signal           = "SIGINT"
  stop_timeout          = 60
  destroy_grace_seconds = 60
  wait                  = true
  wait_timeout          = 180

  networks_advanced {
    name    = docker_network.back[0].name
    aliases = ["postgres"]
  }

  mounts {
    type   = "volume"
    source = docker_volume.this["postgres"].name
    target = "/var/lib/postgresql/data"
  }

  mounts {
    type      = "bind"
    source    = "${local.folder}/postgres/databases"
    target    = "/docker-entrypoint-initdb.d/databases.sh"
    read_only = true
  }

  dynamic "mounts" {
    for_each = toset(["postgres-password", "weir-db-password", "mlflow-db-password"])

    content {
      type      = "bind"
      source    = "${local.folder}/secrets/${mounts.value}"
      target    = "/run/secrets/${mounts.value}"
      read_only = true
    }
  }

  healthcheck {
    # By TCP: while it is set up, the image serves its socket alone.
    test     = ["CMD", "pg_isready", "--host=127.0.0.1", "--username=postgres"]
    interval = "5s"
    timeout  = "3s"
    retries  = 20
  }
}
