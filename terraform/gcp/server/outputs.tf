output "address" {
  description = "The address that host points to."
  value       = google_compute_address.this.address
}
