mock_provider "google" {
  override_during = plan

  override_data {
    target = data.google_project.this
    values = { number = "123456789012" }
  }
  override_data {
    target = data.google_storage_project_service_account.this
    values = { email_address = "storage@example.iam.gserviceaccount.com" }
  }
}

variables {
  project         = "weir-example"
  billing_account = "012345-6789AB-CDEF01"
  dns_zone        = "weir-example"
  host            = "water.weir.example"
  email           = "you@weir.example"
  image           = { repository = "ghcr.io/owner/weir", tag = "v0.1.0" }
  chart           = { place = "oci://ghcr.io/owner/charts/weir", version = "0.1.0" }
}

run "keeps_safely" {
  command = plan

  assert {
    condition = length(google_storage_bucket.this) == 4 && alltrue([for bucket in google_storage_bucket.this :
    bucket.public_access_prevention == "enforced" && bucket.uniform_bucket_level_access && bucket.versioning[0].enabled && length(bucket.encryption) == 1])
    error_message = "No bucket may be public or without versions, and all use the key."
  }

  assert {
    condition = anytrue([for rule in google_storage_bucket.this["audio"].lifecycle_rule :
    one(rule.action).type == "Delete" && one(rule.condition).age == 30])
    error_message = "Sound has to be gone after audio_days."
  }

  assert {
    condition     = google_artifact_registry_repository.this.docker_config[0].immutable_tags
    error_message = "A tag may not move."
  }

  assert {
    condition     = length(google_kms_crypto_key_iam_member.storing) == 3 && google_kms_crypto_key.this.rotation_period == "7776000s"
    error_message = "Three services use the key, which rotates."
  }

  assert {
    condition     = output.url == "https://water.weir.example" && length(google_billing_budget.this.threshold_rules) == 2
    error_message = "There has to be a URL, and a budget that says something."
  }
}

run "without_a_server_all_is_kept" {
  command = plan

  variables {
    server = false
  }

  assert {
    condition     = output.url == "" && output.address == null && length(google_storage_bucket.this) == 4 && google_compute_disk.data.size == 40
    error_message = "Buckets and disk have to stay, and nothing else."
  }
}

run "machine" {
  command = plan

  module {
    source = "./server"
  }

  variables {
    name         = "weir"
    region       = "europe-west3"
    zone         = "europe-west3-a"
    machine_type = "e2-standard-2"
    shell        = false
    user_data    = "#cloud-config"
    disk         = "projects/weir-example/zones/europe-west3-a/disks/weir-data"
    disk_name    = "weir-data"
    key          = "projects/weir-example/locations/europe-west3/keyRings/weir/cryptoKeys/storage"
    account      = "weir-server@weir-example.iam.gserviceaccount.com"
  }

  assert {
    condition     = toset(one(google_compute_firewall.web.allow).ports) == toset(["80", "443"]) && length(google_compute_firewall.shell) == 0
    error_message = "80 and 443 come in, and nothing else."
  }

  assert {
    condition     = google_compute_instance.this.shielded_instance_config[0].enable_secure_boot && google_compute_instance.this.boot_disk[0].kms_key_self_link == var.key && google_compute_instance.this.metadata["block-project-ssh-keys"] == "true"
    error_message = "Nothing else starts, the system's disk uses the key, and nobody has an SSH key."
  }
}

run "refuses_nonsense" {
  command = plan

  variables {
    project         = "My Project"
    billing_account = "mine"
    name            = "Weir!"
    environment     = "prod"
    region          = "Frankfurt"
    zone_letter     = "aa"
    email           = "nobody"
    disk_gib        = 5
    audio_days      = 0
    budget          = 0.5
  }

  expect_failures = [var.project, var.billing_account, var.name, var.environment, var.region, var.zone_letter, var.email, var.disk_gib, var.audio_days, var.budget]
}
