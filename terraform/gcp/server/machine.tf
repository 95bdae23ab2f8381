data "google_compute_image" "system" {
  family  = "ubuntu-2404-lts-amd64"
  project = "ubuntu-os-cloud"
}

resource "google_compute_instance" "this" {
  #checkov:skip=CKV_GCP_40:It is the website: it has the one address that host points to
  name         = var.name
  zone         = var.zone
  machine_type = var.machine_type
  # Another machine type needs a stop.
  allow_stopping_for_update = true

  boot_disk {
    kms_key_self_link = var.key

    initialize_params {
      image = data.google_compute_image.system.self_link
      size  = 20
      type  = "pd-balanced"
    }
  }

  attached_disk {
    source            = var.disk
    device_name       = var.disk_name
    kms_key_self_link = var.key
  }

  network_interface {
    subnetwork = google_compute_subnetwork.this.id

    access_config {
      nat_ip = google_compute_address.this.address
    }
  }

  service_account {
    email = var.account
    # What it may do is said by its roles.
    scopes = ["cloud-platform"]
  }

  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }

  metadata = {
    user-data              = var.user_data
    block-project-ssh-keys = "true"
    enable-oslogin         = "TRUE"
    serial-port-enable     = "false"
  }

  lifecycle {
    # A newer image of the system is no reason to replace a machine that runs.
    ignore_changes = [boot_disk[0].initialize_params[0].image]
    # cloud-init runs once a machine: another configuration is another machine.
    replace_triggered_by = [terraform_data.start]
  }
}

resource "terraform_data" "start" {
  input = sha256(var.user_data)
}
