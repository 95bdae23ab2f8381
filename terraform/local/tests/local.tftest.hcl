mock_provider "docker" {
  override_during = plan
}

variables {
  deploy = "tests"
}

run "builds_and_starts_all" {
  command = plan

  assert {
    condition     = one(docker_image.weir[0].build).target == "site" && docker_container.weir[0].env == toset(["WEIR_METRICS__TOKEN=only-for-the-tests"])
    error_message = "The server is built, and gets what is secret."
  }

  assert {
    condition = alltrue([for container in [docker_container.weir[0], docker_container.mlflow[0], docker_container.prometheus[0], docker_container.grafana[0]] :
    alltrue([for port in container.ports : port.ip == "127.0.0.1"]) && contains(one(container.capabilities).drop, "ALL")])
    error_message = "Nothing listens but on this machine, and nobody is root in more than name."
  }

  assert {
    condition     = length(docker_container.postgres[0].ports) == 0 && docker_container.weir[0].read_only
    error_message = "PostgreSQL is not to be reached from outside, and the server writes to its volume alone."
  }

  assert {
    condition     = output.url == "http://127.0.0.1:8080" && output.desk.grafana == "http://127.0.0.1:3000"
    error_message = "It has to say where all is."
  }
}

run "takes_an_image" {
  command = plan

  variables {
    image = "ghcr.io/owner/weir@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }

  assert {
    condition     = docker_image.weir[0].name == var.image && length(docker_image.weir[0].build) == 0
    error_message = "An image that is named is not built."
  }
}

run "without_a_server_all_is_kept" {
  command = plan

  variables {
    server = false
  }

  assert {
    condition     = output.url == "" && length(docker_volume.this) == 5 && length(docker_container.weir) == 0 && length(docker_container.postgres) == 0
    error_message = "Volumes have to stay, and nothing else."
  }
}

run "refuses_nonsense" {
  command = plan

  variables {
    docker = "tcp://0.0.0.0:2375"
    name   = "Weir!"
    image  = "weir:latest"
    ports  = { weir = 8080, mlflow = 8080 }
    images = { grafana = "grafana/grafana", postgres = "postgres:17", prometheus = "prom/prometheus:v3" }
  }

  expect_failures = [var.docker, var.name, var.image, var.ports, var.images]
}
