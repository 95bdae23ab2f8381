# One machine with an address of its own.

resource "google_compute_network" "this" {
  name                    = var.name
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "this" {
  name                     = var.name
  network                  = google_compute_network.this.id
  region                   = var.region
  ip_cidr_range            = "10.20.0.0/24"
  private_ip_google_access = true

  # Who spoke to whom.
  log_config {
    aggregation_interval = "INTERVAL_5_SEC"
    flow_sampling        = 1
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_firewall" "web" {
  #checkov:skip=CKV_GCP_106:Port 80 is what browsers try first; Traefik answers it with the address of HTTPS and nothing else
  name                    = "${var.name}-web"
  network                 = google_compute_network.this.id
  description             = "HTTP and HTTPS in"
  direction               = "INGRESS"
  source_ranges           = ["0.0.0.0/0"]
  target_service_accounts = [var.account]

  allow {
    protocol = "tcp"
    ports    = ["80", "443"]
  }
}

# Google's proxy asks who wants in before it lets anybody through; nobody else reaches the port.
resource "google_compute_firewall" "shell" {
  count = var.shell ? 1 : 0

  name                    = "${var.name}-shell"
  network                 = google_compute_network.this.id
  description             = "SSH through Identity-Aware Proxy"
  direction               = "INGRESS"
  source_ranges           = ["35.235.240.0/20"]
  target_service_accounts = [var.account]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

# Registries, Let's Encrypt, buckets; names and time are the metadata server's, which is always let
# through. All else is refused.
resource "google_compute_firewall" "out" {
  name                    = "${var.name}-out"
  network                 = google_compute_network.this.id
  description             = "HTTPS out"
  direction               = "EGRESS"
  priority                = 900
  destination_ranges      = ["0.0.0.0/0"]
  target_service_accounts = [var.account]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

resource "google_compute_firewall" "nothing_else_out" {
  name               = "${var.name}-nothing-else-out"
  network            = google_compute_network.this.id
  description        = "Nothing else out"
  direction          = "EGRESS"
  priority           = 1000
  destination_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}

resource "google_compute_address" "this" {
  name   = var.name
  region = var.region
}
