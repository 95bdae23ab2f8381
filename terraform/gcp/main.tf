# What is kept lies in this folder: buckets, images, the disk, the key of it all. What can be made
# again lies in ./server, which var.server switches off.

data "google_project" "this" {}

locals {
  labels = {
    project     = var.name
    environment = var.environment
    managed-by  = "terraform-gcp"
  }

  zone   = "${var.region}-${var.zone_letter}"
  images = "${var.region}-docker.pkg.dev/${var.project}/${var.name}"
}

resource "google_project_service" "this" {
  for_each = toset(["artifactregistry", "billingbudgets", "cloudkms", "compute", "containerscanning", "dns", "iam", "monitoring", "storage"])

  service = "${each.value}.googleapis.com"
  # Others in the project may need it, too.
  disable_on_destroy = false
}

module "start" {
  source = "../modules/k3s-cloud-init"

  host             = var.host
  email            = var.email
  acme_directory   = var.acme_directory
  image            = var.image
  chart            = var.chart
  config           = var.config
  k3s              = var.k3s
  cloud            = "gcp"
  private_registry = startswith(var.image.repository, "${local.images}/")
  data_device      = "/dev/disk/by-id/google-${google_compute_disk.data.name}"
  buckets          = { for name in ["models", "audio", "data"] : name => "gs://${google_storage_bucket.this[name].name}" }
}

module "server" {
  source = "./server"
  count  = var.server ? 1 : 0

  name         = var.name
  region       = var.region
  zone         = local.zone
  dns_zone     = var.dns_zone
  host         = var.host
  machine_type = var.machine_type
  shell        = var.shell
  user_data    = module.start.user_data
  disk         = google_compute_disk.data.self_link
  disk_name    = google_compute_disk.data.name
  key          = google_kms_crypto_key.this.id
  account      = google_service_account.server.email

  depends_on = [google_project_service.this]
}
