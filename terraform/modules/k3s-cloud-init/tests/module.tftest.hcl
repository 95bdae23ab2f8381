variables {
  host  = "weir.example"
  email = "you@weir.example"
  image = {
    repository = "ghcr.io/owner/weir"
    digest     = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  }
  chart = { place = "oci://ghcr.io/owner/charts/weir", version = "0.1.0" }
}

run "is_cloud_config" {
  command = plan

  assert {
    condition     = startswith(output.user_data, "#cloud-config\n") && can(yamldecode(output.user_data))
    error_message = "user data has to be YAML that begins with #cloud-config."
  }

  assert {
    condition     = yamldecode(output.user_data).runcmd[0][0] == "/usr/local/sbin/weir-start"
    error_message = "The start script has to run."
  }

  assert {
    condition     = length(output.user_data) < 12000
    error_message = "There has to be room for a configuration of some length."
  }
}

run "tells_the_chart" {
  command = plan

  variables {
    config   = { log = { format = "json" } }
    values   = { replicas = 1 }
    data_gib = 30
  }

  assert {
    condition     = output.values.image.digest == var.image.digest && output.values.persistence.size == "30Gi" && output.values.ingress.host == "weir.example"
    error_message = "Image, disk and host have to arrive."
  }

  assert {
    condition     = output.values.config.log.format == "json" && output.values.config.trusted_proxies[0] == "10.42.0.0/16"
    error_message = "What is said in config has to arrive beside what the module says."
  }

  assert {
    condition     = output.values.replicas == 1 && !can(output.values.extraVolumes)
    error_message = "Other values have to arrive, and no volume without a bucket."
  }
}

run "reads_networks_from_a_bucket" {
  command = plan

  variables {
    cloud   = "aws"
    buckets = { models = "s3://weir-models" }
  }

  assert {
    condition     = output.values.config.registry.place == "/srv/models" && output.values.extraVolumeMounts[0].readOnly
    error_message = "The server has to look where the machine copies to, and may not write there."
  }
}

run "holds_no_secret" {
  command = plan

  assert {
    condition     = output.values.secret == { name = "weir-secrets" } && !can(regex("(?i)token|password", jsonencode(output.values)))
    error_message = "Secrets are made on the machine."
  }
}

run "refuses_a_tag_that_moves" {
  command = plan
  variables {
    image = { repository = "ghcr.io/owner/weir", tag = "latest" }
  }
  expect_failures = [var.image]
}

run "refuses_a_short_digest" {
  command = plan
  variables {
    image = { repository = "ghcr.io/owner/weir", digest = "sha256:abc" }
  }
  expect_failures = [var.image]
}

run "refuses_a_host_with_a_scheme" {
  command = plan
  variables {
    host = "https://weir.example"
  }
  expect_failures = [var.host]
}

run "refuses_a_k3s_that_moves" {
  command = plan
  variables {
    k3s = { version = "stable" }
  }
  expect_failures = [var.k3s]
}

run "refuses_user_data_that_no_cloud_takes" {
  command = plan
  variables {
    # Random enough that it cannot be packed.
    config = { x = join("", [for i in range(400) : sha256(tostring(i))]) }
  }
  expect_failures = [output.user_data]
}
