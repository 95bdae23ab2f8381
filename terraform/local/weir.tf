resource "docker_image" "weir" {
  count = local.count

  name         = var.image == "" ? "${var.name}:local" : var.image
  keep_locally = true

  dynamic "build" {
    for_each = var.image == "" ? [abspath("${path.module}/../..")] : []

    content {
      context    = build.value
      dockerfile = "deploy/Dockerfile"
      target     = "site"
    }
  }
}

resource "docker_container" "weir" {
  count = local.count

  name    = "${var.name}-server"
  image   = docker_image.weir[0].image_id
  restart = "unless-stopped"
  # weir reads what is secret from its environment.
  env           = [for line in split("\n", file("${local.folder}/secrets/weir.env")) : line if can(regex("^[A-Z]", line))]
  read_only     = true
  memory        = 2048
  security_opts = ["no-new-privileges:true"]
  # It says goodbye to visitors first, for 8 seconds.
  stop_timeout          = 20
  destroy_grace_seconds = 20

  capabilities {
    drop = ["ALL"]
  }

  networks_advanced {
    name    = docker_network.back[0].name
    aliases = ["weir"]
  }

  ports {
    internal = 8080
    external = var.ports.weir
    ip       = "127.0.0.1"
  }

  mounts {
    type   = "volume"
    source = docker_volume.this["weir"].name
    target = "/var/lib/weir"
  }

  upload {
    file    = "/etc/weir/weir.toml"
    content = file("${path.module}/files/weir.toml")
  }

  depends_on = [docker_container.postgres]
}
