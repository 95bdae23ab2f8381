# One key for disks, buckets and images: who may not use it can read none of them.
resource "google_kms_key_ring" "this" {
  name     = var.name
  location = var.region

  depends_on = [google_project_service.this]
}

resource "google_kms_crypto_key" "this" {
  name            = "storage"
  key_ring        = google_kms_key_ring.this.id
  rotation_period = "7776000s"

  lifecycle {
    prevent_destroy = true
  }
}

data "google_storage_project_service_account" "this" {}

# The services that store, each as itself.
locals {
  storing = {
    buckets = data.google_storage_project_service_account.this.email_address
    disks   = "service-${data.google_project.this.number}@compute-system.iam.gserviceaccount.com"
    images  = "service-${data.google_project.this.number}@gcp-sa-artifactregistry.iam.gserviceaccount.com"
  }
}

resource "google_kms_crypto_key_iam_member" "storing" {
  for_each = local.storing

  crypto_key_id = google_kms_crypto_key.this.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${each.value}"
}
