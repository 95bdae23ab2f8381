# Drawings, accounts and the state of k3s. The machine is replaced around it.
resource "google_compute_disk" "data" {
  name = "${var.name}-data"
  zone = local.zone
  type = "pd-balanced"
  size = var.disk_gib

  disk_encryption_key {
    kms_key_self_link = google_kms_crypto_key.this.id
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_kms_crypto_key_iam_member.storing]
}
