data "google_dns_managed_zone" "this" {
  name = var.dns_zone
}

resource "google_dns_record_set" "host" {
  managed_zone = data.google_dns_managed_zone.this.name
  name         = "${var.host}."
  type         = "A"
  ttl          = 300
  rrdatas      = [google_compute_address.this.address]
}

# Nobody but Let's Encrypt may sign a certificate for it.
resource "google_dns_record_set" "caa" {
  managed_zone = data.google_dns_managed_zone.this.name
  name         = "${var.host}."
  type         = "CAA"
  ttl          = 3600
  rrdatas      = ["0 issue \"letsencrypt.org\"", "0 issuewild \";\""]
}
