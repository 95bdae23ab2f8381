# Images of one's own, beside the public one: a tag never comes to mean another image. Those that
# are pushed are scanned, since containerscanning is switched on.
resource "google_artifact_registry_repository" "this" {
  repository_id = var.name
  location      = var.region
  description   = "Images of ${var.name}"
  format        = "DOCKER"
  kms_key_name  = google_kms_crypto_key.this.id

  docker_config {
    immutable_tags = true
  }

  vulnerability_scanning_config {
    enablement_config = "INHERITED"
  }

  cleanup_policies {
    id     = "untagged"
    action = "DELETE"

    condition {
      tag_state  = "UNTAGGED"
      older_than = "604800s"
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_kms_crypto_key_iam_member.storing]
}
